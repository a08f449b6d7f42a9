import {
  type AlternativeCredential,
  type AnyRequirement,
  type Authorized,
  answer,
  type Caller,
  isAAuthError,
  type PersonNeed,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import {
  accessFieldsFor,
  asAuth,
  authorizeNow,
  type ContentOptions,
  contentBinding,
  privateFieldsFor,
  strippedPrefixOf,
  validateGuardOptions,
  validateRequirement,
} from '@aauth-guard/core/adapter'
import type { NextRequest } from 'next/server.js'
import { checkBasePath } from './base-path.ts'
import { checkContent } from './check-content.ts'
import { callers } from './get-auth.ts'
import { keepPrivate } from './keep-private.ts'
import { assertNodeRuntime, receiveMessages } from './received-message.ts'
import { respond } from './respond.ts'
import { routeRequest } from './route-request.ts'
import { thrownResponse } from './thrown-response.ts'
import { withoutMissionHeader } from './without-mission-header.ts'

/** A route handler behind {@link protect}. The `context` of Next.js, with `params`, comes after the identity. */
export type ProtectedHandler<
  Accept extends TokenKind,
  Optional extends boolean,
  Rest extends unknown[],
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
> = (
  request: NextRequest,
  auth: Authorized<Accept, Optional, Person, Alternative>,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Makes a route handler that verifies each request and checks it against `requirement` before it calls `handler`, and
 * that answers every refusal itself with the headers that agents depend on.
 *
 * The signature is checked over the target and the header lines that the client sent, as the server of Node received them.
 * The first requests to a server, before it has loaded a protected route, are checked over those that the `Request` shows:
 * of these, one with a query that Next.js writes anew, such as `?q=a%20b`, is refused if the signature covers it.
 *
 * An application with a `basePath` names it in `strippedPrefix` of the resource. The Edge Runtime is not served. The content is read only where the signature covers `content-digest`, up to
 * `maxContent` and once the caller is verified; the handler finds it unread. The handler's request has no
 * `AAuth-Mission`, which the agent only asserts.
 *
 * Next.js does not render a protected route in advance, and responses get `Cache-Control: private` and `Vary` unless the
 * handler sets them.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed, and in the Edge Runtime
 * @example
 * ```ts
 * // app/notes/[id]/route.ts
 * import { createResource, personKey } from '@aauth-guard/core'
 * import { protect } from '@aauth-guard/nextjs'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * type Context = { params: Promise<{ id: string }> }
 *
 * export const GET = protect(resource, { scope: 'notes.read' }, async (_request, auth, { params }: Context) => {
 *   const { id } = await params
 *   return Response.json({ id, person: personKey(auth) })
 * })
 * ```
 */
export function protect<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = false,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
  Rest extends unknown[] = [],
>(
  resource: Resource,
  requirement: Requirement<Accept, Optional, Person, Alternative>,
  handler: ProtectedHandler<Accept, Optional, Rest, Person, Alternative>,
  options: ContentOptions = {},
): (request: NextRequest, ...rest: Rest) => Promise<Response> {
  validateRequirement(resource, requirement)
  const { maxContent } = validateGuardOptions(options, ['maxContent'])
  if (typeof handler !== 'function')
    throw new TypeError('the third argument of protect is not a function: pass the route handler')
  assertNodeRuntime()
  receiveMessages()
  const anyRequirement = requirement as AnyRequirement
  const fields = privateFieldsFor(resource, anyRequirement)
  const strippedPrefix = strippedPrefixOf(resource)
  checkBasePath(strippedPrefix)
  return async (request, ...rest) => {
    const signed = routeRequest(request, strippedPrefix)
    let caller: Caller | undefined
    let passed = request
    try {
      const decided = authorizeNow(resource, signed, anyRequirement, contentLater)
      caller = decided instanceof Promise ? await decided : decided
      const auth = asAuth(caller)
      if (auth !== undefined && contentBinding(auth) === 'unchecked')
        passed = await checkContent(auth, request, maxContent)
    } catch (error) {
      return respond(await answer(error))
    }
    passed = withoutMissionHeader(passed)
    callers.set(passed, caller)
    try {
      const response = await handler(
        passed,
        caller as Authorized<Accept, Optional, Person, Alternative>,
        ...rest,
      )
      return keepPrivate(response, fields, accessFieldsFor(caller))
    } catch (error) {
      // A step-up, or whatever else a handler refuses in the words of the protocol.
      if (isAAuthError(error))
        return keepPrivate(respond(await answer(error)), fields, accessFieldsFor(caller))
      const thrown = isCacheable(signed.method) ? thrownResponse(error) : undefined
      if (thrown !== undefined) return keepPrivate(thrown, fields, accessFieldsFor(caller))
      throw error
    }
  }
}

const contentLater = Object.freeze({ content: 'later' })

/** Whether caches store responses that do not say how long they are fresh. Of others, Next.js makes the response itself. */
function isCacheable(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
