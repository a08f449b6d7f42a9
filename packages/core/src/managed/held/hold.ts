import type { HeldEndpoint } from '../../authorize/held-endpoint.ts'
import type { Requirement } from '../../resource/requirement.ts'
import type { Resource } from '../../resource/resource.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { managedStateOf } from '../managed-state.ts'
import { answerCall } from './answer-call.ts'
import type { HeldRoute, RunHeld } from './held-route.ts'
import { checkHoldOptions, compileHeld, type HoldOptions } from './hold-options.ts'
import { asAnswer, type HeldResult } from './result.ts'

/** A route whose calls are held. Serve it with `holdCalls` of an adapter. */
export interface Hold extends HeldEndpoint {
  /**
   * Says how a call ended whose outcome was unknown. The agent gets the result from then on, with the auth token that ran
   * the call, for as long as that token is valid.
   *
   * @param id as `onUnknown` told it
   * @returns whether its outcome was unknown until then
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
   * @throws {TypeError} for what is not a result (the promise rejects)
   */
  recordOutcome(id: string, result: HeldResult): Promise<boolean>
}

/**
 * Holds calls that lack an auth token, in place of refusing them: the agent gets a 202 with a resource token, redeems it,
 * and polls the pending URL with the auth token, which runs the call as it was signed. The agent does not send it again.
 * What the auth token must grant is checked by the route as it is configured when the call is run.
 *
 * A call is run at most once. If a process is lost while it runs, or `run` throws, nobody knows whether it had its effect:
 * then the agent is told so, and so are `onUnknown` and the event `aauth.held_call_unknown.v1`. With `idempotent` it is run
 * again with the same `key`. Only agents of draft 11 are answered with 202; others get the 401.
 *
 * A call that comes with a sufficient auth token runs at once, and nothing of it is stored.
 *
 * @throws {TypeError} for a route without a `name` or with that of another held route, one that accepts other tokens than
 * auth tokens, a resource without `managedAccess`, and a store of records that is not durable without `durability: 'lossy'`
 * @see draft 11 §6.5.1
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { holdCalls } from '@aauth-guard/core/fetch'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 *
 * const resource = createResource({
 *   issuer: 'https://bank.example',
 *   trust: 'any',
 *   scopes: { 'payments.make': 'Make payments' },
 *   managed: managedAccess(),
 * })
 *
 * const payments = hold(
 *   resource,
 *   { name: 'payments.make', scope: 'payments.make' },
 *   async ({ auth, body, key }) => {
 *     const payment = JSON.parse(new TextDecoder().decode(body))
 *     return { status: 201, body: JSON.stringify({ payment, by: auth.sub, key }) }
 *   },
 *   { durability: 'lossy', onUnknown: ({ id }) => console.error(`look after payment ${id}`) },
 * )
 *
 * export default { fetch: holdCalls(payments) }
 * ```
 */
export function hold(
  resource: Resource,
  requirement: Requirement<'auth-token', false>,
  run: RunHeld,
  options: HoldOptions = {},
): Hold {
  const managed = managedStateOf(resource)
  const compiled = compileHeld(managed.state, requirement)
  const route: HeldRoute = {
    ...checkHoldOptions(managed.records.durable, managed.state.settings.claims, run, options),
    ...compiled,
  }
  managed.held.add(route)
  const withQuery = { ...route.compiled, components: [...route.compiled.components, '@query'] }
  return Object.freeze({
    resource,
    answer: (request: SignedRequest, readContent: (limit: number) => Promise<Uint8Array>) =>
      answerCall(
        managed,
        route,
        request.target.includes('?') ? withQuery : route.compiled,
        request,
        readContent,
      ),
    recordOutcome: async (id: string, result: HeldResult) =>
      managed.held.outcomes.recordOutcome(route, id, asAnswer(result)),
  })
}
