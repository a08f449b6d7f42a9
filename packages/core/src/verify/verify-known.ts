import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Deadline } from '../limits/deadline.ts'
import { WaitBudget } from '../limits/wait-budget.ts'
import { type LiveState, queryLiveState } from '../resource/live-state.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { isRevoked, revoked } from '../resource/token-revocation.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { storeDeadline } from '../stores/checked-call.ts'
import type { Mission } from '../token/claims.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { assertedBeside } from './asserted-mission.ts'
import { signatureMarker } from './mark-signature.ts'
import { isPossessed, notPossessed } from './possession.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { Transport } from './transport.ts'
import type { VerifiedRequest } from './verified-request.ts'
import { verifyInSteps } from './verify-in-steps.ts'

/**
 * The fast path: what `verifyInSteps` does with a request whose token is known and about which no store has to be asked,
 * without its promises (bench/README.md#fast-path). A property compares the verdicts of both.
 * @throws {AAuthError} (or the promise rejects)
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
  assertIssuerTrusted(state, requirement.trust, token.claims)
  const possessed = isPossessed(state, untrusted, token)
  if (possessed === true) return conclude(state, request, untrusted, token, requirement, now, deadline)
  return verifyLater(possessed, state, request, untrusted, token, requirement, now, deadline)
}

/** The signature is verified on another thread, or does not verify. */
async function verifyLater(
  possessed: boolean | Promise<boolean>,
  ...known: Parameters<typeof conclude>
): Promise<VerifiedRequest> {
  const [, , untrusted, token] = known
  if (!(await possessed)) throw await notPossessed(untrusted, token)
  return conclude(...known)
}

function conclude(
  state: ResourceState,
  request: SignedRequest,
  untrusted: UntrustedRequest,
  token: VerifiedToken,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): VerifiedRequest | Promise<VerifiedRequest> {
  const found = isRevoked(state, token.claims)
  // Only `verifyInSteps` renews what a purge has dropped.
  if (typeof found !== 'boolean' || state.purges.has(token.claims.iss))
    return verifyInSteps(state, request, untrusted, requirement, now, deadline)
  if (found) throw revoked(token)
  if (untrusted.unknownForm !== undefined) state.forms.learn(request, untrusted.unknownForm)
  return new KnownRequest(state, untrusted, token, assertedBeside(state, request, token), now)
}

/** Makes what only missions, a further guard, or content that arrives later need when they need it. */
class KnownRequest implements VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  readonly sent: UntrustedRequest
  readonly covered: readonly string[]
  readonly asserted: Mission | undefined
  readonly digest = undefined
  readonly hasNonce: boolean
  marked = false
  stale = false
  isCounted = false
  linkedProvider: string | undefined = undefined
  session: VerifiedRequest['session'] = undefined
  assertSession: VerifiedRequest['assertSession'] = undefined
  access: VerifiedRequest['access'] = undefined
  readonly #state: ResourceState
  readonly #now: number
  /** Noted at once, since a `check` or a recorder may take its time before anybody asks for `live`. */
  readonly #askedAt: number
  #live: LiveState | undefined
  #budget: WaitBudget | undefined
  #mark: (() => Promise<void>) | undefined

  constructor(
    state: ResourceState,
    untrusted: UntrustedRequest,
    token: VerifiedToken,
    asserted: Mission | undefined,
    now: number,
  ) {
    this.token = token
    this.transport = untrusted.transport
    this.sent = untrusted
    this.covered = untrusted.signature.components
    this.asserted = asserted
    this.hasNonce = untrusted.signature.hasNonce
    this.#state = state
    this.#now = now
    this.#askedAt = performance.now() - state.freshness
  }

  get live(): LiveState {
    this.#live ??= queryLiveState(this.#state, this.token, undefined, this.#askedAt)
    return this.#live
  }

  set live(live: LiveState) {
    this.#live = live
  }

  get budget(): WaitBudget {
    this.#budget ??= new WaitBudget(storeDeadline)
    return this.#budget
  }

  markUsed(): Promise<void> {
    this.#mark ??= signatureMarker(this.#state, this.sent, this.token, this.#now, this.budget)
    return this.#mark()
  }
}
