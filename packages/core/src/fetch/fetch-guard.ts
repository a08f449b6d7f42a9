import { accessFieldsFor } from '../authorize/access-fields-for.ts'
import { authorizeNow, validateRequirement } from '../authorize/authorize.ts'
import { contentBinding } from '../authorize/content.ts'
import { type ContentOptions, validateGuardOptions } from '../authorize/guard-options.ts'
import { privateFieldsFor } from '../authorize/private-fields-for.ts'
import { asAuth } from '../authorize/read-identity.ts'
import { isAAuthError } from '../errors/aauth-error.ts'
import { answer } from '../errors/answer.ts'
import type { AlternativeCredential } from '../resource/alternative-credential.ts'
import type { AnyRequirement, Authorized, Caller, Requirement } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import { answerRoutes } from '../routes/answer-routes.ts'
import type { PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import { checkContent, fetchRequest, readContent, withoutMissionHeader } from './fetch-request.ts'
import { respond } from './respond.ts'

/** A handler behind {@link fetchGuard}; further arguments of the host (`env`, `ctx`) follow. */
export type GuardedHandler<
  Accept extends TokenKind,
  Optional extends boolean,
  Rest extends unknown[],
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
> = (
  request: Request,
  auth: Authorized<Accept, Optional, Person, Alternative>,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Guards a handler of any host that maps `Request` to `Response`: Bun, Deno, Workers, `node:http` through an
 * adapter. Refusals are answered; successes get `Cache-Control: private` and `Vary` unless the handler set them.
 * The handler's request has no `AAuth-Mission`; the mission that counts is in the identity.
 * The content is read only where the signature covers `content-digest`, up to `maxContent`.
 *
 * @throws {TypeError} at once if `requirement` or `options` are malformed
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { fetchGuard } from '@aauth-guard/core/fetch'
 *
 * const resource = createResource({
 *   issuer: 'https://notes.example',
 *   // Hosts other than Node fetch the keys of listed issuers only.
 *   trust: { agentProviders: ['https://agent.example'] },
 * })
 * const guard = fetchGuard(resource, { accept: 'agent-token' })
 *
 * export default { fetch: guard((_request, auth) => Response.json({ hello: auth.agent })) }
 * ```
 */
export function fetchGuard<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = false,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
>(
  resource: Resource,
  requirement: Requirement<Accept, Optional, Person, Alternative>,
  options: ContentOptions = {},
): <Rest extends unknown[]>(
  handler: GuardedHandler<Accept, Optional, Rest, Person, Alternative>,
) => (request: Request, ...rest: Rest) => Promise<Response> {
  validateRequirement(resource, requirement)
  type Passed = Authorized<Accept, Optional, Person, Alternative>
  const { maxContent } = validateGuardOptions(options, ['maxContent'])
  const anyRequirement = requirement as AnyRequirement
  const fields = privateFieldsFor(resource, anyRequirement)
  return (handler) =>
    async (request, ...rest) => {
      const signed = fetchRequest(request)
      const own = await answerRoutes(resource, signed, (limit) => readContent(request, limit))
      if (own) return respond(own)
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
      try {
        const response = await handler(withoutMissionHeader(passed), caller as Passed, ...rest)
        return keepPrivate(response, fields, accessFieldsFor(caller))
      } catch (error) {
        // A step-up, or whatever else a handler refuses in the words of the protocol.
        if (isAAuthError(error))
          return keepPrivate(respond(await answer(error)), fields, accessFieldsFor(caller))
        throw error
      }
    }
}

const contentLater = Object.freeze({ content: 'later' })

/**
 * Keeps shared caches from storing a response, unless the handler set the fields itself.
 * @param access what takes the place of fields of the handler
 */
function keepPrivate(
  response: Response,
  fields: ReturnType<typeof privateFieldsFor>,
  access: ReturnType<typeof accessFieldsFor>,
): Response {
  // A copy of an upgrade response would not be an upgrade.
  if (response.status === 101) return response
  const missing = [...fields.filter(([name]) => !response.headers.has(name)), ...access]
  if (missing.length === 0) return response
  const kept = new Response(response.body, response)
  for (const [name, value] of missing) kept.headers.set(name, value)
  return kept
}
