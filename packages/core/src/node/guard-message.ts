import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorize } from '../authorize/authorize.ts'
import { assertStillAccepted, bindContent } from '../authorize/content.ts'
import { passesPreflight } from '../authorize/preflight.ts'
import { privateFieldsFor } from '../authorize/private-fields-for.ts'
import { asAuth } from '../authorize/read-identity.ts'
import type { AnyRequirement, Caller } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth } from '../token/auth.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { keepPrivate, sendNoContent } from './answer-headers.ts'
import { bufferContent } from './buffer-content.ts'
import type { IdentitySlot } from './identity-slot.ts'
import { removeMissionHeader } from './remove-mission-header.ts'

/** A message that a framework for Node received, and its answer. */
export interface GuardedMessage {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly request: SignedRequest
}

/** How {@link guardMessage} treats it. */
export interface MessageGuard {
  readonly resource: Resource
  readonly requirement: AnyRequirement
  readonly slot: IdentitySlot
  /** Octets that are read to compare a covered digest. */
  readonly maxContent: number
  /** A parser that reads the content in place of the guard; resolves to what it failed with, if it did. */
  readonly parse?: (() => Promise<unknown>) | undefined
}

/** What became of a message that may go on. */
export interface PassedMessage {
  readonly auth: Auth | undefined
  /** The same, or who came with the `alternative` of the route. */
  readonly caller: Caller | undefined
  /** What the parser failed with. */
  readonly fault: unknown
}

/**
 * Decides a message, compares its content, keeps who sent it, takes `AAuth-Mission` away and keeps the answer private: what
 * is the same in every framework for Node.
 *
 * @throws {AAuthError} for every refusal (the promise rejects)
 */
export async function guardMessage(
  { message, response, request }: GuardedMessage,
  { resource, requirement, slot, maxContent, parse }: MessageGuard,
): Promise<PassedMessage> {
  const caller: Caller | undefined = await authorize(resource, request, requirement as never, {
    content: 'later',
  })
  const auth = asAuth(caller)
  // What a parser compares, it compares for whoever is in the slot.
  if (parse !== undefined) slot.fill(message, caller)
  const fault = await parse?.()
  if (fault === undefined && auth !== undefined) {
    await bindContent(auth, () => bufferContent(message, maxContent), slot.remedy)
    if (parse !== undefined) await assertStillAccepted(auth)
  }
  slot.fill(message, caller)
  removeMissionHeader(message)
  keepPrivate(response, privateFieldsFor(resource, requirement))
  return { auth, caller, fault }
}

/** Whether the message is a CORS preflight that goes on, without identity and without content in the answer. */
export function passPreflight(resource: Resource, { message, response, request }: GuardedMessage): boolean {
  if (!passesPreflight(resource, request)) return false
  removeMissionHeader(message)
  sendNoContent(response)
  return true
}
