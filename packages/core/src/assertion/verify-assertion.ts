import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { OtherCaller } from '../resource/requirement.ts'
import type { Auth } from '../token/auth.ts'
import { asObject, type JsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import { type Assertion, assertionLifetime, isAssertionContent } from './assertion.ts'
import { type AssertionKeys, assertSigned } from './assertion-keys.ts'
import type { AssertionMemory } from './assertion-memory.ts'
import { type AssertionRefusedCode, AssertionRefusedError } from './assertion-refused-error.ts'
import { assertionLine, decodeAssertion } from './decode-assertion.ts'

/** A request as an upstream received it: an `IncomingMessage` of Node, or its parts. */
export type AssertedRequest =
  | {
      readonly method?: string | undefined
      readonly url?: string | undefined
      /** The target before a router changed `url`, as Express keeps it. */
      readonly originalUrl?: string | undefined
      readonly rawHeaders: readonly string[]
    }
  | {
      readonly method: string
      /** As it was received: path and query, nothing decoded. */
      readonly target: string
      /** Names and values in turn, every line of its own. */
      readonly headerLines: readonly string[]
    }

/** Options of {@link verifyAssertion}. */
export interface VerifyAssertionOptions {
  /** From `createAssertionKeys`, made once. */
  readonly keys: AssertionKeys
  /** The server identifier of the resource that the gateway protects. */
  readonly issuer: string
  /** The name of this upstream in the configuration of the gateway. */
  readonly audience: string
  /** Accepts each assertion only once; from `createAssertionMemory`, made once. Default: not remembered. */
  readonly once?: AssertionMemory
  /** Seconds since 1970. Default the clock of the system. */
  readonly now?: () => number
}

/** Seconds by which the clocks of the gateway and the upstream may differ. */
const leeway = 5

/**
 * Verifies that a request came through the gateway, for this upstream, and learns who sent it. It checks everything that
 * the gateway asserts but the content: `content` of the result says what is known of that.
 *
 * @throws {AssertionRefusedError} if the request did not come from the gateway, or keys are unavailable: answer with its
 * `status` (the promise rejects)
 * @throws {TypeError} naming the option that is wrong (the promise rejects)
 * @see docs/how-to/verify-assertion.md for other languages
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { AssertionRefusedError, createAssertionKeys, verifyAssertion } from '@aauth-guard/core/assertion'
 *
 * const options = {
 *   keys: createAssertionKeys({ url: 'https://notes.example/aauth/assertion-keys.json' }),
 *   issuer: 'https://notes.example',
 *   audience: 'notes-app',
 * }
 *
 * createServer(async (request, response) => {
 *   try {
 *     const assertion = await verifyAssertion(request, options)
 *     response.end(assertion.caller === 'verified' ? `hello ${assertion.sub ?? 'agent'}` : 'hello')
 *   } catch (error) {
 *     if (!(error instanceof AssertionRefusedError)) throw error
 *     console.warn(error.code, error.message)
 *     response.writeHead(error.status).end()
 *   }
 * }).listen(8080, '127.0.0.1')
 * ```
 */
export async function verifyAssertion(
  request: AssertedRequest,
  options: VerifyAssertionOptions,
): Promise<Assertion> {
  assertKnownMembers(options, ['keys', 'issuer', 'audience', 'once', 'now'], 'verifyAssertion')
  const { keys, issuer, audience, once, now = () => Date.now() / 1000 } = ownMembers(options)
  for (const [name, value] of Object.entries({ issuer, audience }))
    assert(typeof value === 'string' && value !== '', `"${name}" is ${quoted(value)}: write its name`)
  const { method, target, headerLines } = partsOf(request)
  const decoded = decodeAssertion(assertionLine(headerLines))
  const { untrustedClaims: claims } = decoded
  // What costs nothing comes first, so that nobody who can reach this server makes it verify signatures or fetch keys with
  // an assertion for another one.
  assertClaim(claims.iss === issuer, 'wrong_issuer', `"iss" is ${quoted(claims.iss)}`)
  assertClaim(claims.aud === audience, 'wrong_audience', `"aud" is ${quoted(claims.aud)}`)
  assertClaim(claims.htm === method, 'wrong_method', `"htm" is ${quoted(claims.htm)}`)
  assertClaim(claims.htu === issuer + target, 'wrong_target', `"htu" is ${quoted(claims.htu)}`)
  assertTimes(claims, now())
  const assertion = assertionOf(claims)
  await assertSigned(keys, decoded)
  if (once !== undefined && (await once.remember(assertion.jti, assertion.exp + leeway)) !== true)
    throw new AssertionRefusedError('already_used', 'the assertion was used for an earlier request')
  return assertion
}

function partsOf(request: AssertedRequest): {
  readonly method: string
  readonly target: string
  readonly headerLines: readonly string[]
} {
  if ('headerLines' in request) return request
  const { method = '', url = '', originalUrl = url, rawHeaders } = request
  return { method, target: originalUrl, headerLines: rawHeaders }
}

/** `!(a < b)` would accept what is not a number. */
function assertTimes({ iat, exp }: JsonObject, now: number): void {
  const valid =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    iat <= now + leeway &&
    now < exp + leeway &&
    exp <= iat + assertionLifetime
  assertClaim(valid, 'wrong_time', `"iat" is ${quoted(iat)} and "exp" ${quoted(exp)}, and the time is ${now}`)
}

/** Callers with a credential, by `type` of their identity. */
const identities: readonly unknown[] = ['agent-token', 'person-token', 'auth-token', 'other']

/** Makes an assertion member by member. It counts once the signature was verified. */
function assertionOf(claims: JsonObject): Assertion {
  const { iss, aud, jti, iat, exp, htm, htu, caller, sub, content, digest } = claims
  const auth = asObject(claims.auth)
  assertClaim(
    typeof jti === 'string' && jti !== '' && jti.length <= 128,
    'incomplete',
    `"jti" is ${quoted(jti)}: 1 to 128 characters are expected`,
  )
  assertClaim(isAssertionContent(content), 'incomplete', `"content" is ${quoted(content)}`)
  assertClaim(
    content === 'upstream' ? typeof digest === 'string' : digest === undefined,
    'incomplete',
    '"digest" does not agree with "content"',
  )
  const known = {
    iss,
    aud,
    jti,
    iat,
    exp,
    htm,
    htu,
    content,
    ...(digest !== undefined && { digest }),
  }
  if (caller === 'anonymous') {
    assertClaim(
      claims.auth === null && sub === undefined,
      'incomplete',
      '"auth" or "sub" of an anonymous caller',
    )
    return Object.freeze({ ...known, caller, auth: null }) as Assertion
  }
  assertClaim(caller === 'verified', 'incomplete', `"caller" is ${quoted(caller)}`)
  assertClaim(
    auth !== undefined && identities.includes(auth.type) && (sub === undefined || typeof sub === 'string'),
    'incomplete',
    '"auth" or "sub" is not that of a verified caller',
  )
  const named = { ...known, caller, ...(sub !== undefined && { sub }) }
  return Object.freeze({ ...named, auth: Object.freeze(auth) as unknown as Auth | OtherCaller }) as Assertion
}

function assertClaim(holds: boolean, code: AssertionRefusedCode, message: string): asserts holds {
  if (!holds) throw new AssertionRefusedError(code, message)
}
