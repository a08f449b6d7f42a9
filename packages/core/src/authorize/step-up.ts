import { ownMembers } from '../assert/own-members.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { PendingStepUp } from '../errors/pending-step-up.ts'
import { askForAuthToken } from '../issue/challenge.ts'
import { issueForRequest } from '../issue/issue-for-request.ts'
import { within } from '../limits/deadline.ts'
import { assertScopesDescribed } from '../resource/described-scopes.ts'
import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import type { Auth } from '../token/auth.ts'
import { isAccount } from '../token/identifiers.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { refuse } from './conclude.ts'

/** What a caller should come back with. */
export interface StepUp {
  /** Scopes that this resource describes. */
  readonly scope: string | readonly string[]
  /** The account that is asked for; default the one of the token. */
  readonly account?: string
}

/**
 * Sends a verified caller away to come back with an auth token that grants more. It always throws, so it works with
 * and without `await`. Whoever answers signs the resource token: the guard, in Express `answerRefusals()`, elsewhere
 * `answer(error)`. Whether the token and its mission are still alive is asked again then.
 *
 * Until it is signed the error has status 500 and no headers. The answer is `auth_token_required` with a resource
 * token; `person_token_required` for a caller that has shown an agent token and speaks draft 11; `access_denied` where
 * nobody could grant more; `expired_jwt`, `revoked_jwt` or `mission_terminated` for a token that is no longer good.
 *
 * @throws {AAuthError} always
 * @throws {TypeError} for an `auth` that this resource did not verify, a scope it does not describe, no account
 * @see draft 11 §6.5, R11-146, CHAL-7
 * @example
 * ```ts
 * import { type Auth, createResource, stepUp } from '@aauth-guard/core'
 *
 * const scopes = { 'notes.read': 'Read your notes', 'notes.purge': 'Delete all of them' }
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
 *
 * export function assertMayPurge(auth: Auth): void {
 *   if (!auth.scopes.includes('notes.purge')) stepUp(resource, auth, { scope: 'notes.purge' })
 * }
 * ```
 */
export function stepUp(resource: Resource, auth: Auth, wanted: StepUp): never {
  const { state, request, verified, mission } = ownProvenance(resource, auth)
  const { scopes, account } = read(wanted)
  if (scopes.length === 0) throw new TypeError('"scope" of stepUp is empty: name the scopes to ask for')
  assertScopesDescribed(scopes, state.settings.scopes.keys())
  throw new PendingStepUp(async () => {
    const challenge = askForAuthToken(state, verified, { ...mission, scopes, trust: undefined }, account)
    const issued = within(state, 'the issuing of a resource token', challenge)
    return refuse(state, { point: 'step-up', request }, await issued.catch((fault: unknown) => fault))
  })
}

/**
 * Issues a resource token for a verified caller: what the agent takes to its person server, or the access server.
 * Person, key, mission and tenant are copied from what was verified and cannot be set.
 *
 * @returns a JWT that lives 300 seconds at most, and no longer than the token that was shown
 * @throws {AAuthError} as `stepUp`; `invalid_scope` for a scope nobody described; `expired_jwt` and `revoked_jwt` for
 * a token that died since; `server_error` where the signer fails
 * @throws {TypeError} for an `auth` that this resource did not verify, or no account
 * @see draft 11 §6.7, RT-1 to RT-14
 */
export async function issueResourceToken(resource: Resource, auth: Auth, wanted: StepUp): Promise<string> {
  const { state, request, verified, mission } = ownProvenance(resource, auth)
  const { scopes, account } = read(wanted)
  try {
    if (scopes.length === 0 || scopes.some((one) => !state.settings.scopes.has(one)))
      throw new AAuthError('invalid_scope', { hint: `the resource does not describe ${scopes.join(' ')}` })
    return await within(
      state,
      'the issuing of a resource token',
      issueForRequest(state, verified, { scopes, account, trust: undefined, mission }),
    )
  } catch (error) {
    throw refuse(state, { point: 'step-up', request }, error)
  }
}

/** @throws {TypeError} for an account that no token could hold */
function read(wanted: StepUp): { readonly scopes: readonly string[]; readonly account: string | undefined } {
  const { scope, account } = ownMembers(wanted)
  if (account !== undefined && !isAccount(account))
    throw new TypeError('"account" must be a string of 1 to 512 characters, none of them a control character')
  return { scopes: scope === undefined ? [] : [scope].flat(), account }
}

function ownProvenance(resource: Resource, auth: Auth): ReturnType<typeof provenanceOf> {
  const provenance = provenanceOf(auth)
  if (provenance.state !== stateOf(resource)) throw new TypeError('this Auth is of another resource')
  return provenance
}
