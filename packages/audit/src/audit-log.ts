import type {
  DecisionEvent,
  DecisionListener,
  DecisionRecorder,
  EventListener,
  RequestEvidence,
  ResourceEvent,
} from '@aauth-guard/core'
import { checkOptions } from './check-options.ts'
import type { PreparedEvidence } from './evidence/entries.ts'
import { EvidenceWriter } from './evidence/evidence-writer.ts'
import type { AuditOptions } from './options.ts'
import { privateCheckpointKey } from './record/audit-key.ts'
import { eventMembers, isCausedByAnybody, isVerified } from './record/decision-members.ts'
import { membersJson } from './record/line.ts'
import { ChainWriter } from './writer/chain.ts'
import { type AuditEnvironment, systemEnvironment } from './writer/environment.ts'
import { LogWriter } from './writer/log-writer.ts'
import { Problems } from './writer/problems.ts'
import { UnverifiedCounts } from './writer/unverified-counts.ts'

/** A log of all decisions of a resource, or of several. */
export interface AuditLog {
  /** For `resource.listen`. */
  readonly listeners: {
    readonly onDecision: DecisionListener
    readonly onEvent: EventListener
    /** Only with `durability: 'record'` or `onFailure: 'refuse'`, since an acceptance waits for it. */
    readonly recorder?: DecisionRecorder
  }
  /**
   * Opens the log if it is not open, and resolves if it can be written: for a route such as `/readyz`.
   * @throws (the promise rejects) why it cannot be written
   */
  ready(): Promise<void>
  /**
   * Resolves once every decision that was made is on disk, such as before a process is frozen.
   * @throws (the promise rejects) why the log cannot be written
   */
  flush(): Promise<void>
  /**
   * Writes what waits, and a last record that says the log was closed. Call it after the server has answered its last
   * request.
   * @throws (the promise rejects) if some records could not be written
   */
  close(): Promise<void>
}

/**
 * Writes every decision of a resource into a log whose records depend on each other, so that a record that is edited,
 * removed or put elsewhere is found by `verifyLog` or `aauth audit verify`.
 *
 * With the defaults no request waits for the log, and a log that cannot be written stops nothing: records that do not fit
 * into a queue of 10 000 records or 16 MiB are counted, and the count is recorded once the log works again.
 *
 * @throws {TypeError} that names the option and what it must be
 * @example
 * ```ts
 * import { auditLog, fileSink } from '@aauth-guard/audit'
 * import { createResource } from '@aauth-guard/core'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const audit = auditLog({ sink: fileSink('audit/notes'), resource: resource.issuer })
 * resource.listen(audit.listeners)
 * await audit.ready()
 * process.once('SIGTERM', () => audit.close())
 * ```
 */
export function auditLog(options: AuditOptions): AuditLog {
  return makeAuditLog(options, systemEnvironment)
}

/** {@link auditLog} with the world that it uses. */
export function makeAuditLog(options: AuditOptions, environment: AuditEnvironment): AuditLog {
  checkOptions(options)
  return new Audit(options, environment)
}

class Audit implements AuditLog {
  readonly listeners: AuditLog['listeners']
  readonly #counts = new UnverifiedCounts()
  readonly #evidence: EvidenceWriter | undefined
  readonly #writer: LogWriter
  readonly #options: AuditOptions
  /** Decisions that the recorder has dealt with. */
  readonly #recorded = new WeakSet<DecisionEvent>()

  constructor(options: AuditOptions, environment: AuditEnvironment) {
    this.#options = options
    const { evidence, key, onCheckpoint, onProblem, resource, sink } = options
    if (evidence !== undefined) {
      const recipient = 'recipient' in evidence ? evidence.recipient : undefined
      const secretFields = 'plain' in evidence ? (evidence.secretFields ?? []) : []
      this.#evidence = new EvidenceWriter(evidence.sink, recipient, secretFields, environment.now)
    }
    this.#writer = new LogWriter({
      sink,
      evidence: this.#evidence,
      chain: new ChainWriter(key && privateCheckpointKey(key), onCheckpoint !== undefined),
      problems: new Problems(onProblem, environment.warn),
      environment,
      resource,
      needsEvidence: this.#refuses,
      onCheckpoint,
      beforeWriting: () => this.#writeCounts(),
    })
    const onDecision: DecisionListener = (event, _, evidence) => this.#decided(event, evidence)
    const onEvent: EventListener = (event) => this.#happened(event)
    const recorder: DecisionRecorder = (event, evidence) => this.#record(event, evidence)
    const isAwaited = this.#refuses || this.#waits
    this.listeners = Object.freeze({ onDecision, onEvent, ...(isAwaited && { recorder }) })
  }

  ready(): Promise<void> {
    return this.#writer.ready()
  }

  flush(): Promise<void> {
    return this.#writer.settle()
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  get #refuses(): boolean {
    return this.#options.onFailure === 'refuse'
  }

  get #waits(): boolean {
    return this.#options.durability === 'record'
  }

  #decided(event: DecisionEvent, evidence: () => RequestEvidence | undefined): void {
    if (this.#recorded.has(event)) return
    if (this.#isCounted(event)) this.#count(event.code ?? event.outcome, event.time)
    else this.#add(event, this.#evidenceOf(evidence))
  }

  /** Waits for the record of an acceptance. */
  async #record(event: DecisionEvent, evidence: () => RequestEvidence | undefined): Promise<void> {
    this.#recorded.add(event)
    const isCounted = this.#isCounted(event)
    if (this.#refuses && this.#writer.failure !== undefined) throw this.#unavailable()
    if (isCounted) {
      this.#count(event.outcome, event.time)
      if (this.#refuses) await this.#writer.ready()
      return
    }
    if (!this.#waits || (!this.#refuses && this.#writer.failure !== undefined)) {
      const isAdded = this.#add(event, this.#evidenceOf(evidence))
      if (this.#refuses && !isAdded) throw this.#unavailable()
      if (this.#refuses) await this.#writer.ready()
      return
    }
    const failure = await new Promise<unknown>((settle) => {
      if (!this.#add(event, this.#evidenceOf(evidence), settle)) settle(this.#writer.failure ?? 'full')
    })
    if (failure !== undefined && this.#refuses) throw this.#unavailable()
  }

  #happened(event: ResourceEvent): void {
    if (this.#options.unverified !== 'record' && isCausedByAnybody(event))
      this.#count(event.type, event.time, 1 + event.suppressed)
    else this.#writer.add({ kind: 'event', members: eventMembers(event) })
  }

  #isCounted(event: DecisionEvent): boolean {
    if (isVerified(event)) return false
    const { unverified, sink } = this.#options
    // A flood leaves half of the space and of the queue to verified callers.
    return unverified !== 'record' || sink.bytes >= (sink.maxBytes ?? 0) / 2 || !this.#writer.isRelaxed
  }

  #count(code: string, time: number, count = 1): void {
    this.#counts.add(code, time, count)
    this.#writer.startTicking()
  }

  #evidenceOf(evidence: () => RequestEvidence | undefined): PreparedEvidence | 'withheld' | undefined {
    const given = this.#evidence && evidence()
    return given && this.#evidence?.prepare(given)
  }

  #add(
    event: DecisionEvent,
    evidence: PreparedEvidence | 'withheld' | undefined,
    settle?: (error?: unknown) => void,
  ): boolean {
    return this.#writer.add({ kind: 'decision', members: eventMembers(event), evidence, settle })
  }

  #writeCounts(): void {
    const { counted } = this.#counts
    if (counted === undefined) return
    if (this.#writer.add({ kind: 'counts', members: membersJson(counted) }, true)) this.#counts.clear()
  }

  #unavailable(): Error {
    const { failure } = this.#writer
    const reason = failure instanceof Error ? failure.message : 'it failed'
    return new Error(`the audit log cannot be written, and "onFailure" is "refuse": ${reason}`, {
      cause: failure,
    })
  }
}
