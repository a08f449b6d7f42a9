import type { VerifiedToken } from '../../keys/verified-tokens.ts'
import type { WaitBudget } from '../../limits/wait-budget.ts'
import type { LiveState } from '../../resource/live-state.ts'
import type { ResourceState } from '../../resource/state.ts'
import type { Mission } from '../../token/claims.ts'
import { checkTransport, type Transport } from '../../verify/transport.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'

/**
 * A verified poll as the route of its held call sees it: who polls and with which token, and what was called. The call was
 * verified when it was held.
 */
export class VerifiedForHeld implements VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  readonly sent: VerifiedRequest['sent']
  readonly covered: readonly string[]
  readonly asserted: Mission | undefined
  readonly digest = undefined
  readonly hasNonce = true
  /** Nothing may be run by answers that are not current. */
  marked = true
  stale = false
  isCounted = true
  /** Held calls run beside auth tokens, which sessions are never added to. */
  session: VerifiedRequest['session'] = undefined
  assertSession: VerifiedRequest['assertSession'] = undefined
  access: VerifiedRequest['access'] = undefined
  readonly #poll: VerifiedRequest

  constructor({ settings }: ResourceState, poll: VerifiedRequest, call: SignedRequest) {
    const { token, transport, sent, covered, asserted } = poll
    this.token = token
    this.transport = { ...checkTransport(call, settings), authority: transport.authority }
    this.sent = sent
    this.covered = covered
    this.asserted = asserted
    this.#poll = poll
  }

  get live(): LiveState {
    return this.#poll.live
  }

  set live(live: LiveState) {
    this.#poll.live = live
  }

  get budget(): WaitBudget {
    return this.#poll.budget
  }

  get linkedProvider(): string | undefined {
    return this.#poll.linkedProvider
  }

  set linkedProvider(provider: string | undefined) {
    this.#poll.linkedProvider = provider
  }

  markUsed(): Promise<void> {
    return this.#poll.markUsed()
  }
}
