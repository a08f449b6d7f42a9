import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { Consent } from './consent.ts'
import type { ManagedContext } from './managed-context.ts'
import type { Sessions } from './sessions.ts'
import { rememberConsent } from './standing-consent.ts'

type Managed = ManagedContext & { readonly sessions: Sessions }

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
