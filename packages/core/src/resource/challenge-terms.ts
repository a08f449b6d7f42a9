import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkPayment, type Payment } from '../errors/payment.ts'
import { isAccount } from '../token/identifiers.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import { quoted } from '../wire/quoted.ts'

/** What an application adds to a challenge for an auth token. */
export interface ChallengeTerms {
  /**
   * Who the authorization is for, if the application knows: `login_hint` of the resource token, in draft 11 only. 1 to 256
   * octets of UTF-8. Person server and agent read it. The person server may ignore it, so the claims of the auth token
   * decide, and nothing else.
   */
  readonly loginHint?: string
  /** A payment is needed as well: the response has status 402 and these fields, with the same `AAuth-Requirement`. */
  readonly payment?: Payment
}

/** The same, with what `requireInteraction` adds. */
export interface IssuingTerms extends ChallengeTerms {
  /**
   * Makes the claim that leads the person to the page of the resource, if they have to go there.
   * @param until seconds at which the resource token expires
   * @throws {AAuthError} (the promise rejects)
   */
  readonly interaction?: ((until: number) => Promise<InteractionClaim | undefined>) | undefined
}

/** @throws {TypeError} for what could not be sent, or would not mean what its author expects */
export function checkChallengeTerms(given: unknown): ChallengeTerms {
  if (given === undefined) return {}
  assert(
    typeof given === 'object' && given !== null,
    `"challenge" returned ${quoted(given)}: return { loginHint, payment }, or undefined`,
  )
  const { loginHint, payment, ...others } = ownMembers(given as ChallengeTerms)
  assertKnownMembers(others, ['loginHint', 'payment'], '"challenge"')
  // The hint is not shown: it may name a person.
  assert(
    loginHint === undefined || (isAccount(loginHint) && new TextEncoder().encode(loginHint).length <= 256),
    '"loginHint" is not a string of 1 to 256 octets: shorten it, or leave it out',
  )
  return { ...(given as ChallengeTerms), ...(payment && { payment: checkPayment(payment) }) }
}
