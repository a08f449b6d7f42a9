import { AAuthError } from '../errors/aauth-error.ts'
import type { Deadline } from '../limits/deadline.ts'
import { WaitBudget } from '../limits/wait-budget.ts'
import { queryLiveState } from '../resource/live-state.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { contentDiffers, matchesDigests, readContentDigest } from '../signature/content-digest.ts'
import { isOneTime } from '../signature/replay.ts'
import { begin } from '../stores/begin.ts'
import { storeDeadline } from '../stores/checked-call.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { assertUnrevoked, mayRelyOnLast } from './assert-unrevoked.ts'
import { assertedBeside } from './asserted-mission.ts'
import { signatureMarker } from './mark-signature.ts'
import { verifyPossession } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import { lookUpSession } from './session-lookup.ts'
import type { VerifiedRequest } from './verified-request.ts'
import { type NewToken, verifyNewToken } from './verify-new-token.ts'

/**
 * Verifies any request.
 *
 * The stores are queried as early as possible, and their answers are evaluated in this order. Revocation, mission status
 * and link are queried in one go once the signature of the issuer is verified. The signature of the request is marked as
 * used once it and the covered content are verified, so that an attacker cannot use up the signature of another client
 * (REPLAY-2, J10). The request does not wait for the first before it sends the second.
 */
export async function verifyInSteps(
  state: ResourceState,
  request: SignedRequest,
  untrusted: UntrustedRequest,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): Promise<VerifiedRequest> {
  const { settings } = state
  const { transport, signature, tokenText, known, unknownForm } = untrusted
  if (known) assertIssuerTrusted(state, requirement.trust, known.claims)
  const meet = (): Promise<NewToken> | NewToken =>
    deadline.waitFor('the keys of the issuer', verifyNewToken(state, untrusted, tokenText, requirement, now))
  const met = known ? { token: known, possessed: false } : await meet()
  let { token } = met
  const budget = new WaitBudget(storeDeadline)
  const live = queryLiveState(state, met.token, budget)
  const session = requirement.sessions
    ? lookUpSession(state, { token: met.token, sent: untrusted, budget })
    : undefined
  if (!met.possessed) await verifyPossession(state, untrusted, token)
  if (unknownForm !== undefined) state.forms.learn(request, unknownForm)
  const bound = signature.components.includes('content-digest')
  const digest = bound ? await readDigest(state, request) : undefined
  const markUsed = signatureMarker(state, untrusted, token, now, budget)
  const isUsedUp = requirement.singleUse || isOneTime(settings.replay, transport.method, signature)
  const oneTime = isUsedUp && !requirement.marksLater
  const marking = oneTime ? begin(markUsed) : undefined
  const stale = await assertUnrevoked(state, token, live, mayRelyOnLast(transport, oneTime))
  // Keys from before a purge are not accepted, even if the purge has only just become known.
  if (state.purges.has(token.claims.iss) && state.tokens.get(tokenText, now) !== token)
    ({ token } = await meet())
  if (known === undefined) state.missionMonitor?.learn(token.claims)
  if (token.claims.mission && state.missionMonitor?.times) state.subscribe()
  await marking?.()
  const asserted = assertedBeside(state, request, token)
  return {
    token,
    transport,
    sent: untrusted,
    covered: signature.components,
    asserted,
    digest,
    hasNonce: signature.hasNonce,
    markUsed,
    live,
    budget,
    stale,
    marked: oneTime,
    isCounted: false,
    linkedProvider: undefined,
    session,
    assertSession: undefined,
    access: undefined,
  }
}

const unreadable =
  '"content-digest" does not contain a supported digest: send sha-256 or sha-512 as a byte sequence'

/** A covered digest is compared at once if the content is available (SIG-12, R11-104). */
async function readDigest(
  { platform }: ResourceState,
  request: SignedRequest,
): Promise<VerifiedRequest['digest']> {
  const expected = readContentDigest(request.header('content-digest'))
  if (expected === undefined) throw new AAuthError('invalid_signature', { hint: unreadable })
  if (request.body === undefined) return { expected, checked: false }
  if (await matchesDigests(expected, request.body, platform.digest)) return { expected, checked: true }
  throw contentDiffers()
}
