import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnyRequirement,
  answer,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { type ContentOptions, validateGuardOptions, validateRequirement } from '@aauth-guard/core/adapter'
import { guardMessage, passPreflight, removeMissionHeader, signedRequest } from '@aauth-guard/core/node'
import { slot } from './get-auth.ts'
import { type GuardHook, hookOf } from './hook.ts'
import type { HookReply } from './request-and-reply.ts'

/** How {@link protect} treats refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Passes refusals to the error handler instead of answering them. */
  readonly passErrors?: boolean
}

/**
 * An `onRequest` hook for a route or for everything in an instance, unknown paths included: verifies the request and
 * checks it against `requirement`, puts the identity on `request.aauth`, and answers every refusal itself with the
 * headers that agents depend on.
 *
 * Handlers behind the guard do not see `AAuth-Mission`, which the agent only asserts.
 *
 * The signature is verified over the target that the client sent, whatever the prefix and `rewriteUrl`. Content is read only
 * where the signature covers `content-digest`, up to `maxContent` and once the caller is verified; Fastify parses it as
 * usual. Answers get `Cache-Control: private` and `Vary` unless the handler sets them.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed
 * @example
 * ```ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { getAuth, protect } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * fastify().get('/notes', { onRequest: protect(resource) }, (request) => ({
 *   person: personKey(getAuth(request, 'auth-token')),
 * }))
 * ```
 */
export function protect<Accept extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(
  resource: Resource,
  requirement: Requirement<Accept, boolean, Person> = {},
  options: GuardOptions = {},
): GuardHook {
  validateRequirement(resource, requirement)
  const { passErrors, maxContent } = validateGuardOptions(options, ['passErrors', 'maxContent'])
  return hookOf(async (request, reply) => {
    const message = request.raw as IncomingMessage
    const response = reply.raw as ServerResponse
    const guarded = { message, response, request: signedRequest(message) }
    if (passPreflight(resource, guarded)) return dropContentFields(reply, response)
    try {
      const { auth } = await guardMessage(guarded, {
        resource,
        requirement: requirement as AnyRequirement,
        slot,
        maxContent,
      })
      // Not enumerable, so that loggers do not read it.
      if (auth !== undefined) slot.show(request, 'aauth', auth, false)
    } catch (error) {
      if (!passErrors) return answer(error)
      removeMissionHeader(message)
      throw error
    }
    return undefined
  })
}

/** Fastify writes header fields before the content, when the length of empty content is not yet known. */
function dropContentFields(reply: HookReply, response: ServerResponse): undefined {
  const writeHead = response.writeHead.bind(response)
  response.writeHead = (...sent: never[]) => {
    for (const name of ['content-length', 'content-type']) reply.removeHeader(name)
    return writeHead(...(sent as unknown as Parameters<typeof writeHead>))
  }
}
