import { ownMembers } from '../assert/own-members.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { PendingStepUp } from '../errors/pending-step-up.ts'
import { askForAuthToken } from '../issue/challenge.ts'
import { issueForRequest } from '../issue/issue-for-request.ts'
import { within } from '../limits/deadline.ts'
import { type ChallengeTerms, checkChallengeTerms } from '../resource/challenge-terms.ts'
import { assertScopesDescribed } from '../resource/described-scopes.ts'
import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import type { Auth } from '../token/auth.ts'
import { isAccount } from '../token/identifiers.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { quoted } from '../wire/quoted.ts'
import { refuse } from './conclude.ts'

/** What the new auth token should grant. */
export interface StepUp extends ChallengeTerms {
  /** Scopes that this resource describes. */
  readonly scope: string | readonly string[]
  /** The requested account; by default that of the token. */
  readonly account?: string
}

/**
 * Challenges a verified caller for an auth token that grants more. It always throws, so it works with and without
 * `await`. The resource token is signed when the error is answered: by the guard, in Express by `answerRefusals()`,
 * elsewhere by `answer(error)`. The token and its mission are checked again at that time.
 *
 * Until then, the error has status 500 and no headers. The response is `auth_token_required` with a resource token;
 * `person_token_required` for a caller that presented an agent token and supports draft 11; `access_denied` if no server
 * could grant more; `expired_jwt`, `revoked_jwt` or `mission_terminated` if the token or its mission has ended.
 *
 * @throws {AAuthError} always
 * @throws {TypeError} for an `auth` that this resource did not verify, a scope that it does not describe, or an invalid
 * account, hint or payment
 * @see draft 11 §6.5, R11-145, R11-146, CHAL-7
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
  const { scopes, account, terms } = read(wanted)
  if (scopes.length === 0) throw new TypeError('"scope" of stepUp is empty: name the scopes to request')
  assertScopesDescribed(scopes, state.settings.scopes.keys())
  throw new PendingStepUp(async () => {
    const asked = { ...mission, scopes, trust: undefined }
    const challenge = askForAuthToken(state, verified, asked, account, undefined, () => terms)
    const issued = within(state, 'the issuing of a resource token', challenge)
    return refuse(state, { point: 'step-up', request }, await issued.catch((fault: unknown) => fault))
  })
}

/**
 * Issues a resource token for a verified caller, which the agent redeems at its person server or at the access server.
 * Person, key, mission and tenant are copied from the verified request and cannot be set.
 *
 * @returns a JWT that expires after 300 seconds, or with the presented token if that is sooner
 * @throws {AAuthError} as `stepUp`; `invalid_scope` for a scope that the resource does not describe; `expired_jwt` or
 * `revoked_jwt` if the token has ended; `server_error` if the signer fails
 * @throws {TypeError} for an `auth` that this resource did not verify, an invalid account or hint, and a payment
 * @see draft 11 §6.7, RT-1 to RT-14
 */
export async function issueResourceToken(resource: Resource, auth: Auth, wanted: StepUp): Promise<string> {
  const { state, request, verified, mission } = ownProvenance(resource, auth)
  const { scopes, account, terms } = read(wanted)
  if (terms.payment !== undefined)
    throw new TypeError('"payment" belongs to a response: pass it to stepUp, or answer with it yourself')
  try {
    if (scopes.length === 0 || scopes.some((one) => !state.settings.scopes.has(one)))
      throw new AAuthError('invalid_scope', {
        hint: `"scopes" of the resource does not describe ${quoted(scopes.join(' '))}: add it there`,
      })
    return await within(
      state,
      'the issuing of a resource token',
      issueForRequest(state, verified, { scopes, account, trust: undefined, mission, terms }),
    )
  } catch (error) {
    throw refuse(state, { point: 'step-up', request }, error)
  }
}

/** @throws {TypeError} for what a token cannot contain, and for a payment that cannot be sent */
function read(wanted: StepUp): {
  readonly scopes: readonly string[]
  readonly account: string | undefined
  readonly terms: ChallengeTerms
} {
  const { scope, account, loginHint, payment } = ownMembers(wanted)
  if (account !== undefined && !isAccount(account))
    throw new TypeError(
      '"account" is not a valid account: pass a string of 1 to 512 characters without control characters',
    )
  const terms = checkChallengeTerms({ loginHint, payment })
  return { scopes: scope === undefined ? [] : [scope].flat(), account, terms }
}

function ownProvenance(resource: Resource, auth: Auth): ReturnType<typeof provenanceOf> {
  const provenance = provenanceOf(auth)
  if (provenance.state !== stateOf(resource))
    throw new TypeError('"auth" was verified by another resource: pass the resource of the guard')
  return provenance
}
