import { AAuthError } from '../errors/aauth-error.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Deadline } from '../limits/deadline.ts'
import { WaitBudget } from '../limits/wait-budget.ts'
import { type LiveState, queryLiveState } from '../resource/live-state.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import {
  type ContentDigests,
  contentDiffers,
  matchesDigests,
  readContentDigest,
} from '../signature/content-digest.ts'
import { hasNonce, isOneTime } from '../signature/replay.ts'
import { begin } from '../stores/begin.ts'
import { storeDeadline } from '../stores/checked-call.ts'
import type { Mission } from '../token/claims.ts'
import { serves } from '../token/generations.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { assertUnrevoked, mayRelyOnLast } from './assert-unrevoked.ts'
import { assertedMission } from './asserted-mission.ts'
import { signatureMarker } from './mark-signature.ts'
import { verifyPossession } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { Transport } from './transport.ts'
import { type NewToken, verifyNewToken } from './verify-new-token.ts'

/** A request whose signature and token are verified, but not yet compared with a requirement. */
export interface VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  readonly covered: readonly string[]
  /** The mission that `AAuth-Mission` asserts and no token contains. */
  readonly asserted: Mission | undefined
  /** The covered digests, until the content has been compared with them. */
  readonly digest: { readonly expected: ContentDigests; checked: boolean } | undefined
  /** What the stores last said about the token, its mission and its key. */
  live: LiveState
  /** What the request may still wait for stores. */
  readonly budget: WaitBudget
  /** Whether a guard accepts the signature only once. */
  marked: boolean
  /** Whether a store did not answer, and the request relies on its last answer (`staleReads`). */
  stale: boolean
  /** The agent provider that the key is linked to, according to the last lookup; not set for agent tokens. */
  linkedProvider: string | undefined
  /** Whether the signature has a `nonce`. */
  readonly hasNonce: boolean
  /** Marks the signature as used, unless a guard has done so. @throws {AAuthError} (the promise rejects) */
  readonly markUsed: () => Promise<void>
}

/**
 * Verifies a request: token, signature, content, revocation, replay, mission (docs/decisions.md#order-of-checks).
 *
 * The stores are queried as early as possible, and their answers are evaluated in this order. Revocation, mission status
 * and link are queried in one go once the signature of the issuer is verified. The signature of the request is marked as
 * used once it and the covered content are verified, so that an attacker cannot use up the signature of another client
 * (REPLAY-2, J10). The request does not wait for the first before it sends the second.
 * @throws {AAuthError}
 */
export async function verifyRequest(
  state: ResourceState,
  request: SignedRequest,
  { transport, signature, base, tokenText }: UntrustedRequest,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): Promise<VerifiedRequest> {
  const { settings } = state
  const proof = { state, signature, base, transport }
  const known = state.tokens.get(tokenText, now)
  if (known) assertIssuerTrusted(settings, requirement.trust, known.claims)
  const meet = (): Promise<NewToken> | NewToken =>
    deadline.waitFor('the keys of the issuer', verifyNewToken(proof, tokenText, requirement, now))
  const met = known ? { token: known, possessed: false } : await meet()
  let { token } = met
  const budget = new WaitBudget(storeDeadline)
  const live = queryLiveState(state, met.token, budget)
  if (!met.possessed) await verifyPossession(proof, token)
  const bound = signature.components.includes('content-digest')
  const digest = bound ? await readDigest(state, request) : undefined
  const markUsed = signatureMarker(proof, token, now, budget)
  const oneTime = requirement.singleUse || isOneTime(settings.replay, transport.method, signature)
  const marking = oneTime ? begin(markUsed) : undefined
  const stale = await assertUnrevoked(state, token, live, mayRelyOnLast(transport, oneTime))
  // Keys from before a purge are not accepted, even if the purge has only just become known.
  if (state.purges.has(token.claims.iss) && state.tokens.get(tokenText, now) !== token)
    ({ token } = await meet())
  if (known === undefined) state.missionMonitor?.learn(token.claims)
  if (token.claims.mission && state.missionMonitor?.times) state.subscribe()
  await marking?.()
  const asserted = serves(settings.generations, 'missionHeader')
    ? assertedMission(request, token.claims)
    : undefined
  return {
    token,
    transport,
    covered: signature.components,
    asserted,
    digest,
    hasNonce: hasNonce(signature),
    markUsed,
    live,
    budget,
    stale,
    marked: oneTime,
    linkedProvider: undefined,
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
