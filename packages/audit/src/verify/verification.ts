import type { AuditKey } from '../record/audit-key.ts'
import type { RecordKind } from '../record/line.ts'

/** What is wrong with a log. */
export type LogFaultCode =
  | 'not_a_record'
  | 'line_too_long'
  | 'incomplete_line'
  | 'edited'
  | 'chain_broken'
  | 'header_missing'
  | 'file_missing'
  | 'file_unreadable'
  | 'behind_the_end'
  | 'bad_signature'
  | 'unknown_key'
  | 'unsigned'
  | 'checkpoint_missing'
  | 'checkpoint_mismatch'

/** One fault, and where it is. */
export interface LogFault {
  readonly code: LogFaultCode
  readonly file: string
  /** Line of the file, from 1. */
  readonly line?: number
  /** Number of the record, as far as it is known. */
  readonly seq?: number
  /** What is wrong, in a sentence. */
  readonly message: string
}

/** A record of a log, as it was read. */
export interface AuditRecord {
  readonly file: string
  readonly seq: number
  readonly time: number
  readonly kind: RecordKind
  readonly hash: string
  /** All members of the record. */
  readonly members: Readonly<Record<string, unknown>>
}

/** What is known of a checkpoint that was kept elsewhere. */
export interface KnownCheckpoint {
  readonly seq: number
  readonly hash: string
}

/** Options of {@link verifyLog}. */
export interface VerifyLogOptions {
  /** Public keys of checkpoints: Ed25519 as JWK. Without one, signatures are not looked at. */
  readonly key?: AuditKey | readonly AuditKey[]
  /** What `onCheckpoint` handed over. The log must reach the last one and agree with all of them. */
  readonly checkpoint?: KnownCheckpoint | readonly KnownCheckpoint[]
  /** Receives each record that is in order, and is waited for. */
  readonly onRecord?: (record: AuditRecord) => void | Promise<void>
  /** Called now and then with the octets that were read, and those of all files. */
  readonly onProgress?: (read: number, all: number) => void
}

/** What {@link verifyLog} found. */
export interface LogVerification {
  /** Whether there is no fault. */
  readonly ok: boolean
  /**
   * `'signed'`: without the key nobody can have made these records, except at the end of files in `unclosed`.
   * `'open end'`: that holds up to `signedUntil`, and the records behind it only belong together. `'chain only'`: the
   * records belong together, but whoever can write the files can have made all of them.
   */
  readonly proof: 'signed' | 'open end' | 'chain only'
  /**
   * How the last file ends. `'closed'`: the log was closed. `'rotated'`: another file follows, which was not given or does
   * not exist yet. `'open'`: it is being written, its process was killed, or records were cut off, which only a
   * checkpoint that was kept elsewhere can tell.
   */
  readonly end: 'closed' | 'rotated' | 'open'
  readonly files: number
  readonly records: number
  readonly firstSeq?: number
  readonly lastSeq?: number
  readonly lastHash?: string
  /** The last record that a signature covers. */
  readonly signedUntil?: number
  /** Whether earlier files exist that were not given. */
  readonly beginsLater: boolean
  /** Kept checkpoints that were found in the log. */
  readonly checkpointsFound: number
  /**
   * Files that do not end with a closing record although another follows: their process was killed. The next start signed
   * what it found behind their last checkpoint.
   */
  readonly unclosed: readonly string[]
  /** Records of a gap, and how many records are missing according to them. */
  readonly gaps: number
  readonly lost: number
  /** How often the clock went back, which is not a fault. */
  readonly clockSteps: number
  /** The first hundred faults. */
  readonly faults: readonly LogFault[]
  readonly faultCount: number
}
