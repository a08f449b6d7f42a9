import type { TestIssuer } from '@aauth-guard/testing'
import { mission, shownMission } from './acts/mission-header.ts'
import type { Caller } from './caller.ts'
import type { Facts, Outcome } from './play.ts'
import type { Stage } from './stage.ts'

/** Where the two generations differ in what is asked for, granted and withdrawn. */
export interface Generation {
  /** As titles say it. */
  readonly name: string
  readonly personServer: TestIssuer
  /** Carries the question to the person server. */
  carry(presented: string): Promise<Outcome>
  /** What the API’s question says, beside its kind, with both scopes. */
  readonly question: string
  /** What the auth token says, likewise. */
  readonly answer: string
  /** What the handler sees of a token that is for reading. */
  readonly reader: Facts
  /** What a revocation names of the token. */
  readonly members: readonly string[]
  /** What the holder of a revoked token is sent back for. */
  readonly renewal: 'agent-token' | 'person-token'
}

/** Draft 11. */
export function personTokenGeneration({ ps }: Stage, planner: Caller): Generation {
  const person = 'ps ps.example, sub ada-at-notes'
  return {
    name: 'draft 11',
    personServer: ps,
    carry: (presented) => planner.carry(presented),
    question: `iss notes.example, aud ps.example, ${person}, scope notes.read notes.write`,
    answer: `iss ps.example, aud notes.example, ${person}, scope notes.read notes.write`,
    reader: { iss: ps.id, ps: ps.id, sub: 'ada-at-notes', scopes: ['notes.read'] },
    members: ['jti', 'exp'],
    renewal: 'person-token',
  }
}

/** Drafts 01 to 10. */
export function missionHeaderGeneration({ classicPs }: Stage, courier: Caller): Generation {
  const agent = 'aauth:courier@agent.example'
  const rest = `agent ${agent}, scope notes.read notes.write, mission ${shownMission}`
  return {
    name: 'drafts 01 to 10',
    personServer: classicPs,
    carry: () => courier.carryAlone(),
    question: `iss notes.example, aud classic-ps.example, ${rest}`,
    answer: `iss classic-ps.example, aud notes.example, sub ada-at-notes, ${rest}`,
    reader: {
      iss: classicPs.id,
      ps: classicPs.id,
      sub: 'ada-at-notes',
      scopes: ['notes.read'],
      agent,
      mission,
    },
    members: ['iss', 'jti'],
    renewal: 'agent-token',
  }
}
