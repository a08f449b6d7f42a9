import type { IncomingMessage, ServerResponse } from 'node:http'
import { accessFieldsFor } from '../authorize/access-fields-for.ts'
import { authorizeNow } from '../authorize/authorize.ts'
import { assertStillAccepted, bindContent } from '../authorize/content.ts'
import { passesPreflight } from '../authorize/preflight.ts'
import { privateFieldsFor } from '../authorize/private-fields-for.ts'
import { asAuth } from '../authorize/read-identity.ts'
import type { AnyRequirement, Caller } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth } from '../token/auth.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { keepPrivate, sendNoContent, setLast } from './answer-headers.ts'
import { bufferContent } from './buffer-content.ts'
import { type IdentitySlot, isContentOpen } from './identity-slot.ts'
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
 * is the same in every framework for Node. Returns at once where nothing has to be waited for.
 *
 * @throws {AAuthError} for every refusal (or the promise rejects)
 */
export function guardMessage(
  guarded: GuardedMessage,
  guard: MessageGuard,
): PassedMessage | Promise<PassedMessage> {
  const caller = authorizeNow(guard.resource, guarded.request, guard.requirement, contentLater)
  if (guard.parse !== undefined || caller instanceof Promise || isContentOpen(caller))
    return finishLater(guarded, guard, caller)
  return finish(guarded, guard, caller, undefined)
}

const contentLater = Object.freeze({ content: 'later' })

async function finishLater(
  guarded: GuardedMessage,
  guard: MessageGuard,
  decided: Caller | undefined | Promise<Caller | undefined>,
): Promise<PassedMessage> {
  const { message } = guarded
  const { slot, maxContent, parse } = guard
  const caller = await decided
  const auth = asAuth(caller)
  // What a parser compares, it compares for whoever is in the slot.
  if (parse !== undefined) slot.fill(message, caller)
  const fault = await parse?.()
  if (fault === undefined && auth !== undefined) {
    await bindContent(auth, () => bufferContent(message, maxContent), slot.remedy)
    if (parse !== undefined) await assertStillAccepted(auth)
  }
  return finish(guarded, guard, caller, fault)
}

function finish(
  { message, response }: GuardedMessage,
  { resource, requirement, slot }: MessageGuard,
  caller: Caller | undefined,
  fault: unknown,
): PassedMessage {
  slot.fill(message, caller)
  removeMissionHeader(message)
  keepPrivate(response, privateFieldsFor(resource, requirement))
  if (requirement.sessions === true) setLast(response, () => accessFieldsFor(caller))
  return { auth: asAuth(caller), caller, fault }
}

/** Whether the message is a CORS preflight that goes on, without identity and without content in the answer. */
export function passPreflight(resource: Resource, { message, response, request }: GuardedMessage): boolean {
  if (!passesPreflight(resource, request)) return false
  removeMissionHeader(message)
  sendNoContent(response)
  return true
}
