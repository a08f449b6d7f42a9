import { askForAuthToken } from '../../issue/challenge.ts'
import { within } from '../../limits/deadline.ts'
import type { ResourceState } from '../../resource/state.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { accountOf } from './account.ts'
import { asRequest } from './call.ts'
import { type ChallengeFields, challengeFields } from './held-answer.ts'
import type { HeldOctets, HeldRecord } from './held-record.ts'
import type { HeldRoute } from './held-route.ts'
import { claimsOf } from './per-call.ts'
import { VerifiedForHeld } from './verified-for-held.ts'

/** A resource token for what a held call needs. */
export async function challengeFor(
  state: ResourceState,
  verified: VerifiedRequest,
  call: SignedRequest,
  { compiled }: HeldRoute,
  proposal: HeldRecord['proposal'],
): Promise<ChallengeFields> {
  const account = accountOf(compiled, call, verified.transport)
  const claims = proposal === null ? undefined : claimsOf(proposal)
  const asked = askForAuthToken(state, verified, compiled, account, claims)
  return challengeFields(await within(state, 'the issuing of a resource token', asked))
}

/** A new resource token for a call that waits, if the first one has expired (R11-184). */
export async function renewedChallenge(
  state: ResourceState,
  poller: VerifiedRequest,
  held: HeldOctets,
  route: HeldRoute | undefined,
): Promise<ChallengeFields | undefined> {
  if (route === undefined || state.settings.now() < held.record.redeemable) return undefined
  const call = asRequest(held)
  const verified = new VerifiedForHeld(state, poller, call)
  return challengeFor(state, verified, call, route, held.record.proposal)
}
