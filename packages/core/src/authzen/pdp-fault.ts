/** Why the policy server gave no decision. The message is for the operator, and contains nothing that was received. */
export class PdpFault extends Error {
  override readonly name = 'PdpFault'
  /** Whether the policy server is down, and not merely unable to answer this evaluation request. */
  readonly isOutage: boolean

  constructor(message: string, isOutage: boolean) {
    super(message)
    this.isOutage = isOutage
  }
}
