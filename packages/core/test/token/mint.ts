import type { AnyRequirement } from '@aauth-guard/core'
import type { Agent, TokenChanges } from '@aauth-guard/testing'

/** One kind of token, valid except for given changes. */
export interface Minted {
  readonly kind: string
  readonly mint: (agent: Agent, changes?: TokenChanges) => Promise<string>
  /** A requirement that this kind satisfies. */
  readonly requirement: AnyRequirement
}

export const agentToken: Minted = {
  kind: 'an agent token',
  mint: (agent, changes) => agent.agentToken(changes),
  requirement: { accept: 'agent-token' },
}
export const personToken: Minted = {
  kind: 'a person token',
  mint: (agent, changes) => agent.personToken(changes),
  requirement: { accept: 'person-token' },
}
export const authToken: Minted = {
  kind: 'an auth token of draft 11',
  mint: (agent, changes) => agent.authToken({ scope: 'access', ...changes }),
  requirement: {},
}
export const missionHeaderAuthToken: Minted = {
  kind: 'an auth token of drafts 01 to 10',
  mint: (agent, changes) => agent.authToken({ scope: 'access', generation: 'mission-header', ...changes }),
  requirement: {},
}

export const everyKind: readonly Minted[] = [agentToken, personToken, authToken, missionHeaderAuthToken]
/** The kinds that are made for one resource. */
export const addressedKinds: readonly Minted[] = [personToken, authToken, missionHeaderAuthToken]
