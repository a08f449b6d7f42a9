import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { Auth } from '../token/auth.ts'
import { provenanceOf } from '../verify/provenance.ts'
import type { Consent } from './consent.ts'
import type { ManagedContext } from './managed-context.ts'
import type { Sessions } from './sessions.ts'
import { rememberConsent, standingConsent } from './standing-consent.ts'

type Managed = ManagedContext & { readonly sessions: Sessions }

/**
 * The consent on which a caller relies on a route that takes sessions: that of its session, or the one that stands for it.
 * In the second case the answer carries a new value, so that an agent with another key or token needs no click.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function presentedConsent(
  { records, sessions, state }: Managed,
  auth: Auth,
): Promise<string | undefined> {
  const { access, token } = provenanceOf(auth).verified
  if (auth.session !== undefined || access === undefined || auth.type === 'auth-token')
    return auth.session?.consent
  const caller = sessions.ownerOf(token)
  const standing = await standingConsent(records, caller, state.settings.now())
  if (standing === undefined) return undefined
  access.value = await sessions.issue(token, caller, standing.id)
  return standing.id
}

/**
 * The header fields of the answer that tells an agent that a person agreed: its session value. An agent that waited with an
 * auth token gets none.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function accessHeaders(
  { records, sessions, state }: Managed,
  token: VerifiedToken,
  budget: WaitBudget,
  consent: Consent,
  id: string,
): Promise<Readonly<Record<string, string>>> {
  if (token.claims.kind === 'auth-token') return {}
  await rememberConsent(records, consent, state.settings.now())
  const value = await sessions.issue(token, sessions.ownerOf(token), id, budget)
  return value === undefined ? {} : { 'aauth-access': value }
}
