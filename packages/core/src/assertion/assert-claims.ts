import { asObject, type JsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import { assertionLifetime, isAssertionContent } from './assertion.ts'
import { type AssertionRefusedCode, AssertionRefusedError } from './assertion-refused-error.ts'
import type { UntrustedAssertion } from './decode-assertion.ts'

/** What an upstream expects of an assertion. */
export interface ExpectedClaims {
  readonly issuer: string
  readonly audience: string
  readonly method: string
  /** The issuer and the target of the request. */
  readonly htu: string
  /** Seconds since 1970. */
  readonly now: number
}

/** Seconds by which the clocks of the gateway and the upstream may differ. */
export const leeway = 5

/**
 * Checks everything that an assertion says about itself and the request. It still counts for nothing: its signature was not
 * verified.
 *
 * @throws {AssertionRefusedError} that names the first claim that does not fit
 */
export function assertClaims(
  { untrustedClaims: claims }: UntrustedAssertion,
  { issuer, audience, method, htu, now }: ExpectedClaims,
): void {
  assertClaim(claims.iss === issuer, 'wrong_issuer', `"iss" is ${quoted(claims.iss)}`)
  assertClaim(claims.aud === audience, 'wrong_audience', `"aud" is ${quoted(claims.aud)}`)
  assertClaim(claims.htm === method, 'wrong_method', `"htm" is ${quoted(claims.htm)}`)
  assertClaim(claims.htu === htu, 'wrong_target', `"htu" is ${quoted(claims.htu)}`)
  assertTimes(claims, now)
  assertJti(claims)
  assertContent(claims)
  assertCaller(claims)
}

/** `!(a < b)` would accept what is not a number. */
function assertTimes({ iat, exp }: JsonObject, now: number): void {
  const isValid =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    iat <= now + leeway &&
    now < exp + leeway &&
    exp <= iat + assertionLifetime
  const message = `"iat" is ${quoted(iat)} and "exp" ${quoted(exp)}, and the time is ${now}`
  assertClaim(isValid, 'wrong_time', message)
}

function assertJti({ jti }: JsonObject): void {
  const isValid = typeof jti === 'string' && jti !== '' && jti.length <= 128
  assertClaim(isValid, 'incomplete', `"jti" is ${quoted(jti)}: 1 to 128 characters are expected`)
}

function assertContent({ content, digest }: JsonObject): void {
  assertClaim(isAssertionContent(content), 'incomplete', `"content" is ${quoted(content)}`)
  const agrees = content === 'upstream' ? typeof digest === 'string' : digest === undefined
  assertClaim(agrees, 'incomplete', '"digest" does not agree with "content"')
}

/** Callers with a credential, by `type` of their identity. */
const identities: readonly unknown[] = ['agent-token', 'person-token', 'auth-token', 'other']

function assertCaller({ caller, auth, sub }: JsonObject): void {
  if (caller === 'anonymous') {
    const isEmpty = auth === null && sub === undefined
    assertClaim(isEmpty, 'incomplete', 'an anonymous caller has an "auth" or a "sub"')
    return
  }
  assertClaim(caller === 'verified', 'incomplete', `"caller" is ${quoted(caller)}`)
  assertClaim(identities.includes(asObject(auth)?.type), 'incomplete', '"auth" is not a verified identity')
  assertClaim(sub === undefined || typeof sub === 'string', 'incomplete', '"sub" is not a string')
}

function assertClaim(holds: boolean, code: AssertionRefusedCode, message: string): void {
  if (!holds) throw new AssertionRefusedError(code, message)
}
