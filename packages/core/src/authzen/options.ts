import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { Auth } from '../token/auth.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { EvaluationRequest } from './evaluation.ts'
import { isFieldValue } from './field-value.ts'
import { checkPdp } from './pdp-address.ts'

/** Options of {@link authzen}. */
export interface AuthzenOptions {
  /**
   * Address of the access evaluation endpoint of the policy server, such as
   * `https://pdp.example/access/v1/evaluation`. Either https, or http to this machine. No other address is called:
   * redirects are not followed, and the metadata of the policy server is not read.
   */
  readonly pdp: string
  /** Allows http to other machines, such as in the network of a cluster. Default `false`. */
  readonly http?: boolean
  /**
   * Milliseconds for the call, including the time in the queue: 10 to 10 000, default 500. `limits.requestDeadline` of
   * the resource ends the request earlier if it passes first.
   */
  readonly timeout?: number
  /**
   * The value of `Authorization` of each call, such as `Bearer …`, or a function that returns it. Visible ASCII
   * characters and spaces. It does not appear in events, hints or errors.
   */
  readonly credential?: string | (() => string | Promise<string>)
  /**
   * Changes what is asked: receives the evaluation request that would be sent, and returns the one to send. If it throws,
   * rejects or returns something that AuthZEN does not allow, the request gets 503.
   */
  readonly map?: (
    evaluation: EvaluationRequest,
    auth: Auth,
    request: RoutedRequest,
  ) => EvaluationRequest | Promise<EvaluationRequest>
  /**
   * Seconds for which an answer `true` is used again for the same evaluation request with the same token: 0 to 5, an
   * integer, default 0. Never longer than `exp` of the token. Before each use the resource checks that the token is not
   * revoked and its mission not terminated.
   */
  readonly cache?: number
  /** Default: `fetch` of the runtime. Must not follow redirects when told `redirect: 'manual'`. */
  readonly fetch?: typeof fetch
}

/** Checked options. */
export interface AuthzenSettings {
  readonly url: string
  /** For hints and events: without the path, which may contain a secret. */
  readonly origin: string
  readonly timeout: number
  readonly credential: AuthzenOptions['credential']
  readonly map: AuthzenOptions['map']
  readonly cache: number
  readonly fetch: typeof fetch | undefined
}

/** @throws {TypeError} that names the option and what it must be, without the credential */
export function checkAuthzenOptions(options: AuthzenOptions): AuthzenSettings {
  const given = ownMembers(options)
  assertKnownMembers(given, ['pdp', 'http', 'timeout', 'credential', 'map', 'cache', 'fetch'], 'authzen')
  const { http = false, timeout = 500, credential, map, cache = 0 } = given
  assert(typeof http === 'boolean', `"http" is ${quoted(http)}: write true or false`)
  for (const [name, value, min, max] of [
    ['timeout', timeout, 10, 10_000],
    ['cache', cache, 0, 5],
  ] as const)
    assert(
      Number.isInteger(value) && value >= min && value <= max,
      `"${name}" is ${quoted(value)}: write an integer from ${min} to ${max}`,
    )
  assert(
    credential === undefined || typeof credential === 'function' || isFieldValue(credential),
    '"credential" is neither a function nor a value of Authorization: write visible ASCII characters and spaces, such as "Bearer " and a token',
  )
  assert(map === undefined || typeof map === 'function', `"map" is ${quoted(map)}: pass a function`)
  assert(
    given.fetch === undefined || typeof given.fetch === 'function',
    `"fetch" is ${quoted(given.fetch)}: pass a function`,
  )
  return { ...checkPdp(given.pdp, http), timeout, credential, map, cache, fetch: given.fetch }
}
