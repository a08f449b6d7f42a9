import { randomUUID } from 'node:crypto'
import type { EvidenceWriter } from '../evidence/evidence-writer.ts'
import type { Checkpoint } from '../options.ts'
import { membersJson, type RecordKind, readLine } from '../record/line.ts'
import type { AuditSink, SinkTail } from '../sink/sink.ts'
import type { ChainHead, ChainWriter } from './chain.ts'
import type { AuditEnvironment } from './environment.ts'
import { messageOf, type Problems } from './problems.ts'
import { type PendingRecord, RecordQueue } from './record-queue.ts'

/** Milliseconds for which records are gathered that nobody waits for. */
const gathered = 50
/** Records and octets that are written at once. */
const maxBatch = 1000
const maxBatchOctets = 1024 * 1024
/** Milliseconds after which written records are made safe against a power cut, looked at once a second. */
const syncedAfter = 900
/** Milliseconds between checkpoints, while there are records. */
const checkpointAfter = 10_000

/** What the writer of a log is made of. */
export interface LogWriterParts {
  readonly sink: AuditSink
  readonly evidence: EvidenceWriter | undefined
  readonly chain: ChainWriter
  readonly problems: Problems
  readonly environment: AuditEnvironment
  readonly resource: string | undefined
  /** Whether a log whose evidence cannot be written fails as a whole. */
  readonly needsEvidence: boolean
  readonly onCheckpoint: ((checkpoint: Checkpoint) => unknown) | undefined
  /** Called each second, before records are written. */
  readonly beforeWriting: () => void
}

/** Records that were not written, until a record says so. */
interface Loss {
  lost: number
  /** Records that were written, and whose arrival on disk was not confirmed. */
  uncertain: number
  since: number
  reason: string
}

/** Writes the records of one log, one batch after the other. What fails is tried again each second. */
export class LogWriter {
  readonly #parts: LogWriterParts
  readonly #queue = new RecordQueue()
  readonly #process = randomUUID()
  #head: ChainHead = { seq: 0, hash: null, unsigned: 0 }
  #file: string | undefined
  #begunAt = 0
  #unsynced = 0
  #syncedAt = 0
  #checkpointAt = 0
  /** Records of a batch that was begun and not confirmed. */
  #attempted = 0
  #unkept: Checkpoint[] = []
  #running: Promise<void> | undefined
  #isScheduled = false
  #failure: unknown
  #isFull = false
  #loss: Loss | undefined
  #stopTicking: (() => void) | undefined
  #isClosed = false
  #hasCountedLate = false

  constructor(parts: LogWriterParts) {
    this.#parts = parts
  }

  /** Why records cannot be written; `undefined` while they can. */
  get failure(): unknown {
    if (this.#isClosed) return new Error('the audit log was closed')
    if (this.#failure !== undefined) return this.#failure
    return this.#isFull ? new Error('the queue of the audit log is full: its disk is too slow') : undefined
  }

  /** Whether less than half of the queue is used. */
  get isRelaxed(): boolean {
    return this.#queue.isRelaxed
  }

  /** Resolves once the log can be written. @throws (the promise rejects) why it cannot */
  async ready(): Promise<void> {
    if (this.failure === undefined && this.#file === undefined) await this.flush()
    const { failure } = this
    if (failure !== undefined) throw failure
  }

  /** Begins to write each second what is counted. */
  startTicking(): void {
    if (!this.#isClosed) this.#tick()
    // Unverified callers must not cause a report each.
    else if (!this.#hasCountedLate) {
      this.#hasCountedLate = true
      this.#reportLate()
    }
  }

  /**
   * @param canWait whether a record that finds no room is offered again, and not lost
   * @returns whether the record will be written; otherwise it is counted as lost
   */
  add(record: PendingRecord, canWait = false): boolean {
    if (this.#isClosed) {
      this.#reportLate()
      return false
    }
    this.#tick()
    if (this.#isFull && this.#queue.isRelaxed) this.#isFull = false
    if (!this.#isFull && this.#loss?.lost && this.#failure === undefined) this.#addGap()
    if (this.#isFull || !this.#queue.add(record)) {
      if (!canWait) this.#lose()
      return false
    }
    this.#schedule(record.settle !== undefined)
    return true
  }

  /** Resolves once all that was added is on disk. @throws (the promise rejects) why it is not */
  async settle(): Promise<void> {
    this.#parts.beforeWriting()
    await this.#running
    do await this.flush()
    while (this.#queue.length > 0 && this.failure === undefined)
    await this.#writeLateCounts()
    const { failure } = this
    if (failure !== undefined) throw failure
    if (this.#unsynced > 0) {
      this.#syncedAt = 0
      await this.flush()
    }
    if (this.failure !== undefined) throw this.failure
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#tick()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      // What came while the last batch was made safe.
      if (this.#queue.length > 0 && !this.#isClosed) this.#schedule(true)
    })
    return this.#running
  }

  /** Writes what waits and a last record. @throws (the promise rejects) if some of it could not be written */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#parts.beforeWriting()
    // A log that was never used has no file.
    if (this.#stopTicking !== undefined) await this.#running?.then(() => this.flush())
    if (this.#queue.length > 0) await this.flush()
    await this.#writeLateCounts()
    this.#isClosed = true
    this.#stopTicking?.()
    try {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#file !== undefined) await this.#endFile('closed')
      await this.#sync()
    } catch (error) {
      this.#queue.reject(error)
      const lost = this.#queue.length + (this.#loss?.lost ?? 0)
      throw new Error(`${lost} records are not in the audit log: ${messageOf(error)}`, { cause: error })
    } finally {
      await this.#parts.sink.close().catch(() => undefined)
      await this.#parts.evidence?.close().catch(() => undefined)
    }
  }

  /** Counts that found no room while the queue was full. */
  async #writeLateCounts(): Promise<void> {
    this.#parts.beforeWriting()
    if (this.#queue.length > 0 && this.failure === undefined) await this.flush()
  }

  #tick(): void {
    this.#stopTicking ??= this.#parts.environment.everySecond(() => {
      this.#parts.beforeWriting()
      void this.flush()
    })
  }

  #schedule(isAwaited: boolean): void {
    // Records that come while others are written are the next batch.
    if (this.#running !== undefined || this.#failure !== undefined) return
    if (isAwaited) {
      setImmediate(() => void this.flush())
      return
    }
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#parts.environment.later(() => {
      this.#isScheduled = false
      void this.flush()
    }, gathered)
  }

  async #run(): Promise<void> {
    try {
      if (this.#failure !== undefined || this.#file === undefined) await this.#open()
      this.#addCheckpointIfDue()
      while (this.#queue.length > 0 || this.#loss !== undefined) {
        if (this.#loss !== undefined) this.#addGap()
        await this.#rotateIfDue()
        await this.#writeBatch()
      }
      if (this.#isDueToSync()) await this.#sync()
      this.#isFull = false
    } catch (error) {
      // What was written before may be safe all the same.
      await this.#sync().catch(() => undefined)
      this.#fail(error)
    }
  }

  #isDueToSync(): boolean {
    // A clock that was set back must not keep records from the disk.
    return this.#unsynced > 0 && Math.abs(this.#parts.environment.now() - this.#syncedAt) >= syncedAfter
  }

  async #writeBatch(): Promise<void> {
    const { sink, chain, environment } = this.#parts
    const batch = this.#nextBatch()
    const records = await this.#withEvidence(batch)
    const { octets, head, checkpoints } = chain.continue(
      this.#head,
      records,
      this.#file as string,
      environment.now(),
    )
    this.#attempted = batch.length
    await sink.append(octets)
    this.#attempted = 0
    this.#queue.remove(batch.length)
    this.#unsynced += head.seq - this.#head.seq
    this.#head = head
    this.#unkept.push(...checkpoints)
    const isAwaited = batch.some(({ settle }) => settle !== undefined)
    if (!isAwaited && checkpoints.length === 0) return
    try {
      await this.#sync()
    } catch (error) {
      for (const { settle } of batch) settle?.(error)
      throw error
    }
    for (const { settle } of batch) settle?.()
  }

  #nextBatch(): PendingRecord[] {
    const { maxFileBytes, fileBytes } = this.#parts.sink
    return this.#queue.first(Math.min(maxBatchOctets, maxFileBytes - fileBytes), maxBatch)
  }

  /** Evidence is written first: a record names what is there. */
  async #withEvidence(batch: readonly PendingRecord[]): Promise<readonly PendingRecord[]> {
    const entries = batch.flatMap(({ evidence }) => (typeof evidence === 'object' ? [evidence] : []))
    if (entries.length === 0) return batch
    try {
      await this.#parts.evidence?.write(entries)
      return batch
    } catch (error) {
      if (this.#parts.needsEvidence) throw error
      this.#report('evidence_failed', `evidence cannot be written: ${messageOf(error)}`, 0, error)
      return batch.map((record) =>
        typeof record.evidence === 'object'
          ? { ...record, evidence: undefined, members: `${record.members},"evidence":"lost"` }
          : record,
      )
    }
  }

  async #sync(): Promise<void> {
    await this.#parts.sink.sync()
    this.#unsynced = 0
    this.#syncedAt = this.#parts.environment.now()
    for (const checkpoint of this.#unkept.splice(0)) this.#handOver(checkpoint)
  }

  #handOver(checkpoint: Checkpoint): void {
    this.#checkpointAt = checkpoint.time
    const failed = (error: unknown): void =>
      this.#report('checkpoint_not_kept', `"onCheckpoint" failed: ${messageOf(error)}`, 0, error)
    try {
      const result = this.#parts.onCheckpoint?.(Object.freeze(checkpoint))
      if (result instanceof Promise) result.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  #addCheckpointIfDue(): void {
    const now = this.#parts.environment.now()
    // A clock that was set back must not keep a checkpoint away.
    if (Math.abs(now - this.#checkpointAt) < checkpointAfter) return
    if (this.#parts.chain.isCheckpointDue(this.#head)) this.#addOwn('checkpoint', {})
    else this.#checkpointAt = now
  }

  async #rotateIfDue(): Promise<void> {
    const { sink, environment } = this.#parts
    const age = Math.abs(environment.now() - this.#begunAt)
    if (sink.fileBytes < sink.maxFileBytes && age < sink.maxFileAge) return
    const before = this.#file as string
    await this.#endFile('rotated')
    await this.#beginFile(before, [])
  }

  async #endFile(reason: 'rotated' | 'closed'): Promise<void> {
    await this.#append([this.#own('closed', { reason })])
    await this.#sync()
    this.#file = undefined
    await this.#parts.sink.finish()
  }

  /** Takes the sink, and continues what is in it. */
  async #open(): Promise<void> {
    const { sink } = this.#parts
    this.#file = undefined
    const recovered: PendingRecord[] = []
    let before: string | undefined
    for (;;) {
      const tail = await sink.open()
      if (tail === undefined) break
      before = tail.name
      const end = lastRecord(tail)
      if (end === undefined && tail.size > tail.octets.length) {
        // Something else than a crash damaged it. It is left as it is.
        this.#head = { seq: 0, hash: null, unsigned: 0 }
        this.#report(
          'unreadable_file',
          `${JSON.stringify(tail.name)} does not end with a record: a new chain begins, keep the file`,
          0,
        )
        break
      }
      const length = end === undefined ? 0 : tail.size - tail.octets.length + end.at
      if (end !== undefined) this.#resume(end.head)
      if (tail.size === 0) await sink.moveAside(tail.name, 0)
      else if (length < tail.size) {
        const aside = await sink.moveAside(tail.name, length)
        recovered.push(this.#own('recovered', { file: tail.name, octets: tail.size - length, aside }))
        this.#report(
          'recovered',
          `${tail.size - length} octets of a record that was not finished are in ${JSON.stringify(aside)}`,
          0,
        )
      }
      if (end !== undefined) break
      before = undefined
    }
    await this.#beginFile(before, recovered)
    if (this.#failure !== undefined) this.#loss ??= this.#newLoss()
    this.#failure = undefined
  }

  /** Continues after the last record of a file, which may be one of a batch that seemed to have failed. */
  #resume(head: ChainHead): void {
    const known = this.#head
    if (this.#attempted > 0 && head.seq > known.seq) this.#dropWritten(head.seq - known.seq)
    this.#attempted = 0
    this.#head = head
  }

  /** Removes records of the queue that are in the file. Between them there may be a checkpoint. */
  #dropWritten(lines: number): void {
    const { chain } = this.#parts
    const batch = this.#queue.first(Number.POSITIVE_INFINITY, this.#attempted)
    for (let count = 1; count <= batch.length; count++) {
      const { head } = chain.continue(this.#head, batch.slice(0, count), '', 0)
      if (head.seq - this.#head.seq < lines) continue
      for (const { settle } of batch.slice(0, count)) settle?.()
      this.#queue.remove(count)
      return
    }
  }

  async #beginFile(before: string | undefined, further: readonly PendingRecord[]): Promise<void> {
    const { sink, resource, environment } = this.#parts
    const name = await sink.begin()
    const { seq, hash } = this.#head
    const header = this.#own('file', {
      version: 1,
      name,
      ...(before !== undefined && { after: { name: before, seq, hash } }),
      process: this.#process,
      pid: process.pid,
      ...(resource !== undefined && { resource }),
    })
    this.#file = name
    this.#begunAt = environment.now()
    const checkpoint = this.#parts.chain.isCheckpointDue(this.#head) ? [this.#own('checkpoint', {})] : []
    await this.#append([header, ...further, ...checkpoint])
    await this.#sync()
  }

  async #append(records: readonly PendingRecord[]): Promise<void> {
    const { sink, chain, environment } = this.#parts
    const { octets, head, checkpoints } = chain.continue(
      this.#head,
      records,
      this.#file as string,
      environment.now(),
    )
    await sink.append(octets)
    this.#unsynced += records.length
    this.#head = head
    this.#unkept.push(...checkpoints)
  }

  #own(kind: RecordKind, members: object): PendingRecord {
    return { kind, members: membersJson(members) }
  }

  #addOwn(kind: RecordKind, members: object): void {
    this.#queue.addAlways(this.#own(kind, members))
  }

  #addGap(): void {
    const loss = this.#loss
    if (loss === undefined) return
    this.#loss = undefined
    this.#addOwn('gap', { ...loss })
  }

  #lose(): void {
    if (!this.#isFull && this.#failure === undefined)
      this.#report(
        'queue_full',
        'records come faster than they can be written: they are missing until it works again',
        1,
      )
    this.#isFull = true
    this.#loss ??= this.#newLoss()
    this.#loss.lost += 1
  }

  #newLoss(): Loss {
    const reason = this.#failure === undefined ? 'queue_full' : codeOf(this.#failure)
    return { lost: 0, uncertain: 0, since: this.#parts.environment.now(), reason }
  }

  #fail(error: unknown): void {
    this.#failure = error ?? new Error('the sink failed without a reason')
    this.#loss ??= this.#newLoss()
    this.#loss.uncertain += this.#unsynced
    this.#unsynced = 0
    this.#unkept = []
    this.#report('sink_failed', `records cannot be written: ${messageOf(error)}`, this.#loss.lost, error)
    this.#queue.reject(error)
  }

  #reportLate(): void {
    this.#report('recorded_after_close', 'a decision was made after the log was closed: close it last', 1)
  }

  #report(
    type: Parameters<Problems['report']>[0]['type'],
    message: string,
    lost: number,
    cause?: unknown,
  ): void {
    this.#parts.problems.report({ type, message, lost, ...(cause !== undefined && { cause }) })
  }
}

/** The last record at the end of a file, and where it ends. */
function lastRecord({ octets }: SinkTail): { readonly head: ChainHead; readonly at: number } | undefined {
  for (let end = octets.lastIndexOf(0x0a); end >= 0; ) {
    const start = end === 0 ? -1 : octets.lastIndexOf(0x0a, end - 1)
    const record = readLine(octets.subarray(start + 1, end))
    if (record?.isIntact) {
      const isCheckpoint = record.kind === 'checkpoint' || record.kind === 'closed'
      return { head: { seq: record.seq, hash: record.hash, unsigned: isCheckpoint ? 0 : 1 }, at: end + 1 }
    }
    end = start
  }
  return undefined
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : 'failed'
}
