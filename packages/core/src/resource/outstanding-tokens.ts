import type { TerminationSource } from '../events/resource-event.ts'

/** A token under a mission that this process accepted. */
export interface OutstandingToken {
  readonly issuer: string
  readonly jti: string
  readonly agent?: string
  /** Server identifier of the agent provider. */
  readonly class?: string
  /** Of the key that the token is bound to. */
  readonly thumbprint: string
  /** Seconds since 1970. */
  readonly exp: number
  /** Milliseconds since 1970, by the clock of the system. */
  readonly firstAcceptedAt: number
  readonly lastAcceptedAt: number
  /** Requests that were accepted with it. */
  readonly accepted: number
  /** Whether it was revoked here. */
  readonly revoked?: true
}

/**
 * The tokens of a mission that this process accepted and that have not expired, or were accepted in the last hour. After
 * the mission is terminated, they show what its agents could still present elsewhere, and until when.
 */
export interface OutstandingTokens {
  readonly tokens: readonly OutstandingToken[]
  /** Whether more tokens were accepted than are remembered, so that there may be others. */
  readonly atLeast: boolean
  /** When this process last accepted a request under the mission, in milliseconds since 1970. */
  readonly lastAcceptedAt?: number
  /** Until when any of the tokens could still be valid, in seconds since 1970. */
  readonly latestExp?: number
  /** Set if this process knows that the mission was terminated. */
  readonly terminated?: {
    /** Milliseconds since 1970. */
    readonly at: number
    readonly reason?: string
    readonly learnedFrom: TerminationSource
  }
}
