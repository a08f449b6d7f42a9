import type { Answer } from '../errors/answer.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { FoundSession, ManagedAccess, ManagedSelection } from '../resource/managed-access.ts'
import { checkMission } from '../resource/missions.ts'
import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { answerPending } from './answer-pending.ts'
import { ConsentWatches } from './consent-watches.ts'
import { HeldCalls } from './held/held-calls.ts'
import { type AccessHeaders, ManagedContext, type PresentedConsent } from './managed-context.ts'
import type { EndReason } from './records.ts'
import { accessHeaders } from './session-hooks.ts'
import { Sessions } from './sessions.ts'
import type { RecordTag } from './tags.ts'

/** What one resource needs for access that it manages itself. */
export class ManagedState extends ManagedContext implements ManagedAccess {
  readonly held: HeldCalls = new HeldCalls(this)
  readonly sessions: Sessions = new Sessions(this.state, this.records, this.sealer)
  readonly watches: ConsentWatches = new ConsentWatches(this.state, this.records)
  readonly presentedConsent: PresentedConsent = (auth) => auth.session?.consent
  readonly accessHeaders: AccessHeaders = ({ token, budget }, id, given) =>
    accessHeaders(this, token, budget, given, id)

  async end(selection: ManagedSelection): Promise<number> {
    return this.#end(checkSelection(selection), 'revoked')
  }

  async reportUnknownOutcomes(): Promise<number> {
    return this.held.unknown.report()
  }

  async revoked({ iss, jti }: Pick<VerifiedClaims, 'iss' | 'jti'>): Promise<void> {
    await this.#end({ source: { iss, jti } }, 'revoked')
  }

  async terminated(mission: Mission): Promise<void> {
    await this.#end({ mission }, 'mission_terminated')
  }

  async purged(issuer: string): Promise<void> {
    await this.#end({ issuer }, 'revoked')
  }

  async answerPending(...call: Parameters<ManagedAccess['answerPending']>): Promise<Answer> {
    return answerPending(this, ...call)
  }

  close(): void {
    this.polls.close()
    this.watches.close()
  }

  async #end(tag: RecordTag, reason: EndReason): Promise<number> {
    const ended = await this.records.end(tag, reason)
    if (ended === 0) return ended
    this.polls.wakeAll()
    await this.watches.checkAll()
    return ended
  }

  watchConsent(...watched: Parameters<ManagedAccess['watchConsent']>): () => void {
    return this.watches.add(...watched)
  }

  findStanding(token: VerifiedToken, budget: WaitBudget): Promise<FoundSession | undefined> {
    return this.sessions.findStanding(token, budget)
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
