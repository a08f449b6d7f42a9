import { isRecent } from '../resource/live-state.ts'
import type { FoundSession, SessionLookup } from '../resource/managed-access.ts'
import type { ResourceState } from '../resource/state.ts'
import type { SignatureBase } from '../signature/base.ts'
import { begin } from '../stores/begin.ts'
import type { MayWait } from '../stores/store-kind.ts'
import { credentialOf } from '../wire/authorization.ts'
import type { VerifiedRequest } from './verified-request.ts'

/**
 * Begins to look up the session that a request carries, if it carries one. An auth token is an authority of its own, and
 * two are never added. Never throws.
 */
export function lookUpSession(
  state: ResourceState,
  { token, sent, budget }: Pick<VerifiedRequest, 'token' | 'sent' | 'budget'>,
): SessionLookup {
  const { managed, freshness } = state
  const value = token.claims.kind === 'auth-token' ? undefined : signedCredential(sent.base)
  return {
    askedAt: performance.now() - freshness,
    found:
      managed === undefined || value === undefined
        ? () => undefined
        : begin(() => managed.findSession(token, value, budget)),
  }
}

/** The session of a request, by answers of the stores that are at most a second old. */
export function sessionOf(
  state: ResourceState,
  verified: VerifiedRequest,
): MayWait<FoundSession | undefined> {
  if (verified.session === undefined || !isRecent(verified.session))
    verified.session = lookUpSession(state, verified)
  return verified.session.found()
}

/** The credential that was signed, whatever became of the field since. */
function signedCredential(base: SignatureBase): string | undefined {
  const at = base.findIndex((piece, index) => index % 2 === 0 && piece.trimStart() === '"authorization": ')
  return at === -1 ? undefined : credentialOf(base[at + 1] as string)
}
