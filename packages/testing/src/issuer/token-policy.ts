import type { VerifiedResourceToken } from '@aauth-guard/core/exchange'
import type { ExchangeMisbehaviour } from './exchange-misbehaviour.ts'

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
  /** From now on until it is deleted. */
  misbehaviour?: ExchangeMisbehaviour
}
