import { AAuthError } from '../errors/aauth-error.ts'
import type { Answer } from '../errors/answer.ts'
import { withdrawToken } from '../resource/revoke-token.ts'
import type { ResourceState } from '../resource/state.ts'
import { isTrustedIssuer } from '../resource/trusted-issuers.ts'
import { serves } from '../token/generations.ts'
import type { JsonObject } from '../token/json.ts'
import type { VerifiedServer } from '../verify/verified-server.ts'
import { verifyServer } from '../verify/verify-server.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { malformed, readJson } from './read-json.ts'

/** Seconds. The longest lifetime of a token that can be revoked here, and the tolerance on it. */
const longest = 86_400
const tolerance = 60

/**
 * The revocation endpoint, where an issuer revokes a token that it issued. The response is an empty 200 whether or not
 * the token is known, so that it does not disclose which tokens were seen (draft 11 §11.12; REV-2 to REV-12; R11-241 to
 * R11-253).
 * @throws {AAuthError}
 */
export async function answerRevocation(
  state: ResourceState,
  request: SignedRequest,
  content: () => Promise<Uint8Array>,
): Promise<Answer> {
  let body: Uint8Array = new Uint8Array()
  const caller = await verifyServer(state, request, async () => {
    body = await content()
    return body
  })
  const now = state.settings.now()
  const { iss, jti, exp } = readRevocation(state, request, body, caller, now)
  // Clocks differ: a token that has just expired here may still be valid in a process that shares the store.
  if (exp + tolerance >= now) {
    // The rate is counted for the caller, so that a delegate cannot use up the rate of the issuer.
    if (!state.revocationRate.take(caller.id, now)) throw tooMany('too many revocations per second', 1)
    // A delegate of another issuer may have issued the token itself (D27).
    for (const issuer of new Set([iss, caller.id])) {
      if ((await withdrawToken(state, { iss: issuer, jti, exp }, 'issuer')) === 'full')
        throw tooMany('too many revocations are remembered', 60)
    }
  }
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' }
}

function readRevocation(
  state: ResourceState,
  request: SignedRequest,
  content: Uint8Array,
  { id }: VerifiedServer,
  now: number,
): { readonly iss: string; readonly jti: string; readonly exp: number } {
  const body = readJson(request, content)
  const { jti, exp } = body
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    throw malformed('"jti" is not a string of 1 to 256 characters: send that of the token')
  if (exp === undefined) {
    const iss = olderIssuer(state, body, id)
    // A token of unknown kind is remembered for the longest lifetime of its issuer's tokens (REV-10).
    const minted = isTrustedIssuer(state.settings, undefined, 'agent-provider', iss) ? longest : 0
    return { iss, jti, exp: now + minted + 3600 }
  }
  if (!Number.isSafeInteger(exp) || (exp as number) < 0)
    throw malformed('"exp" is not a NumericDate: send that of the token')
  if ((exp as number) > now + longest + tolerance)
    throw malformed('"exp" is later than any token can expire: send that of the token')
  // Draft 11: the signer is the issuer, and a member iss has no meaning (R11-244).
  return { iss: id, jti, exp: exp as number }
}

/** Drafts 01 to 10: no `exp`, and an `iss` that is the caller's own or one it may speak for (D26, D27). */
function olderIssuer({ settings }: ResourceState, { iss = undefined }: JsonObject, caller: string): string {
  if (!serves(settings.generations, 'legacyRevocations'))
    throw malformed('"exp" is missing: send that of the token')
  if (iss === undefined || iss === caller) return caller
  if (typeof iss === 'string' && settings.revocationDelegates.get(iss)?.includes(caller)) return iss
  throw new AAuthError('unsupported_iss', { hint: `${caller} may not revoke tokens of another issuer` })
}

function tooMany(hint: string, retryAfter: number): AAuthError {
  return new AAuthError('rate_limited', { hint, retryAfter })
}
