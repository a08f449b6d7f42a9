import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { FoundSession, ManagedAccess, ManagedSelection } from '../resource/managed-access.ts'
import { checkMission } from '../resource/missions.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { stateOf } from '../resource/state-of.ts'
import type { RecordStore } from '../stores/record-store.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { ManagedRecords } from './records.ts'
import type { Sealer } from './sealing.ts'
import { Sessions } from './sessions.ts'
import type { RecordTag } from './tags.ts'

/** What one resource needs for access that it manages itself. */
export class ManagedState implements ManagedAccess {
  readonly state: ResourceState
  readonly sealer: Sealer
  readonly records: ManagedRecords
  readonly sessions: Sessions

  constructor(state: ResourceState, store: RecordStore, sealer: Sealer) {
    this.state = state
    this.sealer = sealer
    this.records = new ManagedRecords(state, store, sealer)
    this.sessions = new Sessions(state, this.records, sealer)
  }

  async end(selection: ManagedSelection): Promise<number> {
    return this.records.end(checkSelection(selection), 'revoked')
  }

  async revoked({ iss, jti }: Pick<VerifiedClaims, 'iss' | 'jti'>): Promise<void> {
    await this.records.end({ source: { iss, jti } }, 'revoked')
  }

  async terminated(mission: Mission): Promise<void> {
    await this.records.end({ mission }, 'mission_terminated')
  }

  async purged(issuer: string): Promise<void> {
    await this.records.end({ issuer }, 'revoked')
  }

  findSession(token: VerifiedToken, value: string, budget: WaitBudget): Promise<FoundSession | undefined> {
    return this.sessions.find(token, value, budget)
  }
}

/** @throws {TypeError} for a resource that was made without `managedAccess` */
export function managedStateOf(resource: Resource): ManagedState {
  const { managed } = stateOf(resource)
  if (managed instanceof ManagedState) return managed
  throw new TypeError(
    '"managed" of createResource is missing: pass managedAccess() of @aauth-guard/core/managed',
  )
}

/** @throws {TypeError} unless exactly one known member is there: an undefined one would end nothing, or something else */
function checkSelection(selection: ManagedSelection): RecordTag {
  const [[name, value] = [], ...others] = Object.entries(selection ?? {}) as [string, unknown][]
  if (others.length === 0) {
    if (name === 'mission') return { mission: checkMission(value as Mission) }
    if (
      (name === 'consent' || name === 'owner' || name === 'person') &&
      typeof value === 'string' &&
      value !== ''
    )
      return { [name]: value } as unknown as RecordTag
  }
  throw new TypeError(
    'what to end is not known: pass one of { consent }, { owner }, { person } and { mission }',
  )
}
