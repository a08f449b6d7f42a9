import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type CheckpointKey, publicCheckpointKey } from '../record/audit-key.ts'
import { maxLine, type ReadRecord, readLine } from '../record/line.ts'
import { linesOf } from './lines.ts'
import type {
  AuditRecord,
  LogFault,
  LogFaultCode,
  LogVerification,
  VerifyLogOptions,
} from './verification.ts'

const mostFaults = 100
const mostNames = 100
/** Records between two signatures: what a writer leaves, and the first records of files after failures. */
const mostUnsigned = 1100
const progressEvery = 4 * 1024 * 1024

/**
 * Verifies the files of one log: whether a record was edited, removed or put elsewhere, and whether a file is missing
 * between others. Files of any size are read in pieces. The order in which files are given does not matter.
 *
 * @param files paths of the files
 * @throws (the promise rejects) if a file cannot be read; {TypeError} if a key is not an Ed25519 key
 * @example
 * ```ts
 * import { type AuditKey, verifyLog } from '@aauth-guard/audit'
 *
 * export async function isInOrder(files: string[], key: AuditKey): Promise<boolean> {
 *   const { ok, proof } = await verifyLog(files, { key })
 *   return ok && proof === 'signed'
 * }
 * ```
 */
export async function verifyLog(
  files: readonly string[],
  options: VerifyLogOptions = {},
): Promise<LogVerification> {
  if (files.length === 0) throw new TypeError('no file was given')
  const verifier = new LogVerifier(options)
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  for (const file of await inOrder(files)) await verifier.read(file, all)
  return verifier.end()
}

/** The files by the number of their first record. */
async function inOrder(files: readonly string[]): Promise<readonly string[]> {
  const begun = await Promise.all(
    files.map(async (file) => {
      for await (const { octets } of linesOf(file, maxLine))
        return { file, seq: (octets && readLine(octets)?.seq) ?? Number.NaN }
      return { file, seq: Number.NaN }
    }),
  )
  // A file whose first record is damaged stays where it was given.
  const known = begun.filter(({ seq }) => !Number.isNaN(seq)).sort((one, other) => one.seq - other.seq)
  return begun.map((one) => (Number.isNaN(one.seq) ? one : (known.shift() ?? one)).file)
}

class LogVerifier {
  readonly #options: VerifyLogOptions
  readonly #keys: readonly CheckpointKey[]
  /** Hashes by number. Of two for one record, the log agrees with one at most. */
  readonly #checkpoints = new Map<number, Set<string>>()
  readonly #faults: LogFault[] = []
  readonly #unclosed: string[] = []
  #faultCount = 0
  #files = 0
  #records = 0
  #octets = 0
  #shown = 0
  /** The record before, whether in order or not. */
  #before: ReadRecord | undefined
  #first: number | undefined
  #signedUntil: number | undefined
  #unsigned = 0
  #saidUnsigned = false
  #beginsLater = false
  #found = 0
  #gaps = 0
  #lost = 0
  #clockSteps = 0
  #file = ''
  #line = 0
  /** Name in the header of the file before. */
  #name: string | undefined
  #hasSignatures = false

  constructor(options: VerifyLogOptions) {
    this.#options = options
    this.#keys = listOf(options.key).map(publicCheckpointKey)
    for (const { seq, hash } of listOf(options.checkpoint)) {
      const hashes = this.#checkpoints.get(seq) ?? new Set()
      this.#checkpoints.set(seq, hashes.add(hash))
    }
  }

  async read(path: string, all: number): Promise<void> {
    this.#file = basename(path)
    this.#line = 0
    this.#files += 1
    if (this.#before !== undefined && this.#before.kind !== 'closed' && this.#unclosed.length < mostNames)
      this.#unclosed.push(this.#name ?? '')
    for await (const { octets, length, isComplete } of linesOf(path, maxLine)) {
      this.#line += 1
      this.#octets += length
      if (octets === undefined) this.#fault('line_too_long', `has more than ${maxLine} octets`)
      else if (!isComplete)
        this.#fault(
          'incomplete_line',
          'does not end: it was cut off, or its process was killed and has not been started again',
        )
      else await this.#readRecord(readLine(octets))
      if (this.#octets - this.#shown >= progressEvery) {
        this.#shown = this.#octets
        this.#options.onProgress?.(this.#octets, all)
      }
    }
    if (this.#line === 0) this.#fault('header_missing', 'is empty')
  }

  end(): LogVerification {
    const last = this.#before
    for (const seq of this.#checkpoints.keys())
      if (seq > (last?.seq ?? 0))
        this.#fault(
          'checkpoint_missing',
          `ends before the checkpoint of record ${seq}: records were cut off`,
          seq,
        )
    if (this.#keys.length > 0 && !this.#hasSignatures)
      this.#fault('unsigned', 'has no checkpoint that the key signed')
    if (this.#checkpoints.size > 0 && this.#found === 0 && this.#faultCount === 0)
      this.#fault(
        'checkpoint_missing',
        'has none of the checkpoints that were kept: earlier files were not given',
      )
    return Object.freeze({
      ok: this.#faultCount === 0,
      proof: this.#proof(),
      end: last?.kind !== 'closed' ? 'open' : last.members.reason === 'closed' ? 'closed' : 'rotated',
      files: this.#files,
      records: this.#records,
      ...(this.#first !== undefined && { firstSeq: this.#first }),
      ...(last !== undefined && { lastSeq: last.seq, lastHash: last.hash }),
      ...(this.#signedUntil !== undefined && { signedUntil: this.#signedUntil }),
      beginsLater: this.#beginsLater,
      checkpointsFound: this.#found,
      unclosed: this.#unclosed,
      gaps: this.#gaps,
      lost: this.#lost,
      clockSteps: this.#clockSteps,
      faults: this.#faults,
      faultCount: this.#faultCount,
    })
  }

  #proof(): LogVerification['proof'] {
    if (this.#keys.length === 0 || this.#faultCount > 0 || this.#signedUntil === undefined)
      return 'chain only'
    return this.#signedUntil === this.#before?.seq ? 'signed' : 'open end'
  }

  async #readRecord(record: ReadRecord | undefined): Promise<void> {
    if (record === undefined) {
      this.#fault('not_a_record', 'is not a record of an audit log')
      return
    }
    const faults = this.#faultCount
    if (this.#line === 1) this.#readHeader(record)
    else this.#compareWithBefore(record)
    if (!record.isIntact)
      this.#fault('edited', 'does not have the hash that it states: it was edited', record.seq)
    this.#readSignature(record)
    this.#compareWithCheckpoint(record)
    if (this.#before !== undefined && record.time < this.#before.time) this.#clockSteps += 1
    if (record.kind === 'gap') {
      this.#gaps += 1
      const { lost, uncertain } = record.members
      this.#lost += (Number(lost) || 0) + (Number(uncertain) || 0)
    }
    this.#first ??= record.seq
    this.#records += 1
    this.#before = record
    if (faults === this.#faultCount) await this.#options.onRecord?.(this.#told(record))
  }

  #told({ seq, time, kind, hash, members }: ReadRecord): AuditRecord {
    return { file: this.#file, seq, time, kind, hash, members }
  }

  #readHeader(record: ReadRecord): void {
    const { kind, members, prev, seq } = record
    if (kind !== 'file')
      this.#fault('header_missing', 'is not the header of a file: records before it were removed', seq)
    const after = (members.after ?? {}) as { name?: unknown; hash?: unknown }
    const before = this.#before
    if (before === undefined) this.#beginsLater = prev !== null || seq !== 1
    else if (before.hash !== prev || before.seq + 1 !== seq) {
      if (prev === null && after.name === this.#name)
        this.#fault(
          'file_unreadable',
          `began a new chain, since the end of ${JSON.stringify(this.#name)} was damaged`,
          seq,
        )
      else if (typeof after.name === 'string' && after.name !== this.#name)
        this.#fault(
          'file_missing',
          `continues ${JSON.stringify(after.name)}, which is not the file before it`,
          seq,
        )
      else this.#fault('chain_broken', 'does not continue the last record of the file before it', seq)
    }
    this.#name = typeof members.name === 'string' ? members.name : undefined
  }

  #compareWithBefore(record: ReadRecord): void {
    const before = this.#before
    if (record.kind === 'file')
      this.#fault('chain_broken', 'is the header of a file, within a file', record.seq)
    if (before === undefined) return
    if (before.kind === 'closed')
      this.#fault('behind_the_end', 'follows the last record of the file', record.seq)
    if (record.seq !== before.seq + 1)
      this.#fault(
        'chain_broken',
        `has number ${record.seq} and follows number ${before.seq}: records were removed, added or exchanged`,
        record.seq,
      )
    else if (record.prev !== before.hash)
      this.#fault(
        'chain_broken',
        'does not continue the record before it: one of them was replaced',
        record.seq,
      )
  }

  #readSignature(record: ReadRecord): void {
    if (this.#keys.length === 0) return
    const { signature, key: thumbprint } = record.members
    const isCheckpoint = record.kind === 'checkpoint' || record.kind === 'closed'
    if (!isCheckpoint) {
      this.#unsigned += 1
      if (this.#unsigned > mostUnsigned && !this.#saidUnsigned) {
        this.#saidUnsigned = true
        this.#fault(
          'unsigned',
          `is the ${this.#unsigned}th record without a checkpoint that the key signed`,
          record.seq,
        )
      }
      return
    }
    if (signature === undefined) {
      this.#fault('unsigned', 'is a checkpoint that nobody signed', record.seq)
      return
    }
    const key = this.#keys.find((known) => known.thumbprint === thumbprint)
    if (key === undefined)
      this.#fault(
        'unknown_key',
        `was signed by ${JSON.stringify(thumbprint)}, and not by the given key`,
        record.seq,
      )
    else if (!record.isSignedBy(key.key))
      this.#fault('bad_signature', 'has a signature that does not verify', record.seq)
    else {
      this.#hasSignatures = true
      this.#unsigned = 0
      if (this.#faultCount === 0) this.#signedUntil = record.seq
    }
  }

  #compareWithCheckpoint({ seq, hash, isIntact }: ReadRecord): void {
    const known = this.#checkpoints.get(seq)
    if (known === undefined) return
    if (known.size === 1 && known.has(hash) && isIntact) this.#found += 1
    else
      this.#fault(
        'checkpoint_mismatch',
        'differs from a checkpoint that was kept: the log was computed anew',
        seq,
      )
  }

  #fault(code: LogFaultCode, message: string, seq?: number): void {
    this.#faultCount += 1
    if (this.#faults.length >= mostFaults) return
    const line = this.#line === 0 ? {} : { line: this.#line }
    this.#faults.push({ code, file: this.#file, ...line, ...(seq !== undefined && { seq }), message })
  }
}

function listOf<T extends object>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T]
}
