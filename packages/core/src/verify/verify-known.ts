import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Deadline } from '../limits/deadline.ts'
import { afterwards } from '../limits/in-turn.ts'
import { WaitBudget } from '../limits/wait-budget.ts'
import { type LiveState, queryLiveState } from '../resource/live-state.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { revoked } from '../resource/token-revocation.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { storeDeadline } from '../stores/checked-call.ts'
import type { Mission } from '../token/claims.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { assertedBeside } from './asserted-mission.ts'
import { signatureMarker } from './mark-signature.ts'
import { isPossessed, notPossessed, type PossessionProof } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { Transport } from './transport.ts'
import type { VerifiedRequest } from './verified-request.ts'
import { verifyAny } from './verify-any.ts'

/**
 * The fast path: what {@link verifyAny} does with such a request, without its promises (bench/README.md#fast-path). A
 * property compares the verdicts of both.
 */
export function verifyKnown(
  state: ResourceState,
  request: SignedRequest,
  untrusted: UntrustedRequest,
  token: VerifiedToken,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): VerifiedRequest | Promise<VerifiedRequest> {
  const { transport, signature, base, unknownForm } = untrusted
  const proof = { state, signature, base, transport }
  assertIssuerTrusted(state.settings, requirement.trust, token.claims)
  const conclude = (possessed: boolean): VerifiedRequest | Promise<VerifiedRequest> => {
    if (!possessed) return notPossessed(proof, token).then((refusal) => Promise.reject(refusal))
    if (unknownForm !== undefined) state.forms.learn(request, unknownForm)
    const live = queryLiveState(state, token)
    const found = live.revoked()
    // Only `verifyAny` renews what a purge has dropped.
    if (typeof found !== 'boolean' || state.purges.has(token.claims.iss))
      return verifyAny(state, request, untrusted, requirement, now, deadline)
    if (found) throw revoked(token)
    if (token.claims.mission && state.missionMonitor?.times) state.subscribe()
    const asserted = assertedBeside(state, request, token)
    return new KnownRequest(proof, token, live, asserted, now)
  }
  return afterwards(isPossessed(proof, token), conclude)
}

/** Makes what only a further guard, or content that arrives later, needs when it is needed. */
class KnownRequest implements VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  readonly covered: readonly string[]
  readonly asserted: Mission | undefined
  readonly digest = undefined
  readonly hasNonce: boolean
  live: LiveState
  marked = false
  stale = false
  linkedProvider: string | undefined = undefined
  readonly #proof: PossessionProof
  readonly #now: number
  #budget: WaitBudget | undefined
  #mark: (() => Promise<void>) | undefined

  constructor(
    proof: PossessionProof,
    token: VerifiedToken,
    live: LiveState,
    asserted: Mission | undefined,
    now: number,
  ) {
    this.token = token
    this.transport = proof.transport
    this.covered = proof.signature.components
    this.asserted = asserted
    this.hasNonce = proof.signature.hasNonce
    this.live = live
    this.#proof = proof
    this.#now = now
  }

  get budget(): WaitBudget {
    this.#budget ??= new WaitBudget(storeDeadline)
    return this.#budget
  }

  markUsed(): Promise<void> {
    this.#mark ??= signatureMarker(this.#proof, this.token, this.#now, this.budget)
    return this.#mark()
  }
}
