import type { VerifiedResourceToken } from '@aauth-guard/core/exchange'
import type { Approval } from './approval.ts'
import type { ExchangeMisbehaviour } from './exchange-misbehaviour.ts'

/** What a person is asked before their person server gives a token. */
export interface ConsentQuestion {
  readonly about: 'person-token' | 'auth-token'
  readonly agent: string
  /** Identifier of the resource that the token is for. */
  readonly resource: string
  /** What an auth token would allow; empty for a person token. */
  readonly scopes: readonly string[]
  /** Digest of the mission it would be issued under. */
  readonly mission: string | undefined
  /** Whose token it would be, by the name that the person server has for them, where a token already says so. */
  readonly person: string | undefined
}

/** How the token endpoints of a person server or access server decide. Assign to its members at any time. */
export interface TokenPolicy {
  /** What is granted of what was asked for; default all of it. */
  scopes?: (asked: VerifiedResourceToken) => readonly string[]
  /** Who the person is at a resource; default an identifier for that resource alone (PS11-01). */
  sub?: (resource: string) => string
  /** The organisation the person acts in. */
  tenant?: string
  /** Digests of missions that ended. */
  endedMissions?: readonly string[]
  /**
   * Whether the person is asked before a token is given: the agent is then told to wait, and polls until
   * {@link Missions.approve} or {@link Missions.decline} was called with the code. What they said of such a question
   * before may be returned instead. Default nobody is asked.
   */
  asks?: (question: ConsentQuestion) => boolean | Approval
  /** From now on until it is deleted. */
  misbehaviour?: ExchangeMisbehaviour
}
