import { assert } from '../assert/assert.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Auth } from '../token/auth.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import { AllowedEvaluations } from './allowed-evaluations.ts'
import { serializeEvaluation } from './evaluation.ts'
import { evaluationOf } from './evaluation-of.ts'
import { type AuthzenOptions, type AuthzenSettings, checkAuthzenOptions } from './options.ts'
import { PolicyServer, undecided } from './policy-server.ts'

/** A `check` of a route that asks a policy server; made by {@link authzen}. */
export interface AuthzenCheck {
  /**
   * Resolves with `true` if the policy server allows the request.
   *
   * @param auth the result of the guard of the request, not a copy
   * @throws {AAuthError} `access_denied` if the policy server denies the request; `server_error` without a decision; what
   * a guard would throw if the token or its mission has ended since an answer was cached (the promise rejects)
   */
  (auth: Auth, request: RoutedRequest): Promise<boolean>
  /**
   * The same policy server, asked about another action than the method of the request, such as the scope of the route.
   * Limits, circuit breaker and cache are shared.
   *
   * @param name 1 to 256 characters
   * @throws {TypeError}
   */
  action(name: string): AuthzenCheck
}

/** What one resource shares for all its calls of a policy server. */
interface Shared {
  readonly server: PolicyServer
  readonly allowed: AllowedEvaluations
}

/**
 * Makes a `check` that asks a policy server by AuthZEN 1.0 (access evaluation) whether a verified caller may do what the
 * request asks. It runs after everything else that the route requires, so a policy can only narrow access.
 *
 * Only the answer `{ "decision": true }` lets a request pass. `false` is answered with 403 `access_denied`. Without a
 * decision (the policy server is silent, slow, broken or not reachable, or its answer is malformed) the response is 503
 * `server_error`. No option changes that. The agent does not learn the reason: it is in `hint` of the event.
 *
 * For each resource, 64 calls run at the same time and 1024 wait for their turn. After five failures in a row, the policy
 * server is not called for five seconds. Answers have at most 64 KiB.
 *
 * @throws {TypeError} naming the option that is wrong
 * @see docs/how-to/policies.md for what is sent
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { authzen } from '@aauth-guard/core/authzen'
 * import { fetchGuard } from '@aauth-guard/core/fetch'
 *
 * const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   scopes: { 'notes.write': 'Change your notes' },
 * })
 * const policy = authzen({ pdp: 'https://pdp.example/access/v1/evaluation', credential: `Bearer ${process.env.PDP_TOKEN}` })
 *
 * export const fetch = fetchGuard(resource, { scope: 'notes.write', check: policy.action('notes.write') })(
 *   () => new Response('saved'),
 * )
 * ```
 */
export function authzen(options: AuthzenOptions): AuthzenCheck {
  const settings = checkAuthzenOptions(options)
  const shared = new WeakMap<ResourceState, Shared>()
  const sharedOf = (state: ResourceState): Shared => {
    const known = shared.get(state)
    if (known !== undefined) return known
    const made = {
      server: new PolicyServer(settings, state),
      allowed: new AllowedEvaluations(settings.cache),
    }
    shared.set(state, made)
    return made
  }
  const checkFor = (name: string | undefined): AuthzenCheck => {
    const check = async (auth: Auth, request: RoutedRequest): Promise<boolean> => {
      const { state, verified } = provenanceOf(auth)
      const { server, allowed } = sharedOf(state)
      const content = await contentOf(settings, state, auth, request, name)
      if (settings.cache === 0) {
        await server.assertAllowed(content)
        return true
      }
      const key = await allowed.keyOf(state.platform, auth, content)
      const asked = state.settings.now()
      if (allowed.has(key, asked)) {
        // A guard has checked this before it calls `check`; other callers have not.
        await assertStillGood(state, verified).catch((ended: unknown) => {
          allowed.delete(key)
          throw ended
        })
        return true
      }
      await server.assertAllowed(content)
      allowed.add(key, asked, auth)
      return true
    }
    return Object.freeze(Object.assign(check, { action: (given: string) => checkFor(checkAction(given)) }))
  }
  return checkFor(undefined)
}

/** @throws {AAuthError} `server_error` (the promise rejects) */
async function contentOf(
  { map }: AuthzenSettings,
  state: ResourceState,
  auth: Auth,
  request: RoutedRequest,
  action: string | undefined,
): Promise<string> {
  const evaluation = await evaluationOf(state, auth, request, action)
  let mapped = evaluation
  try {
    if (map !== undefined) mapped = await map(evaluation, auth, request)
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error
    throw undecided(`"map" threw ${quoted(text)}: fix it, since nothing is asked without it`)
  }
  try {
    return serializeEvaluation(mapped)
  } catch (error) {
    throw undecided(`nothing was asked, since ${error instanceof Error ? error.message : 'it is not JSON'}`)
  }
}

function checkAction(name: unknown): string {
  assert(
    typeof name === 'string' && name.length >= 1 && name.length <= 256,
    `the action is ${quoted(name)}: write 1 to 256 characters, such as "notes.write"`,
  )
  return name
}
