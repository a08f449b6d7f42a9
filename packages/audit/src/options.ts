import type { AuditKey } from './record/audit-key.ts'
import type { AuditSink } from './sink/sink.ts'

/** A record that fixes all records before it. Keep it where those who can write the log cannot. */
export interface Checkpoint {
  readonly type: 'aauth.audit-checkpoint.v1'
  /** The file of the log. */
  readonly file: string
  readonly seq: number
  readonly time: number
  /** Hash of the record, which depends on all records before it. */
  readonly hash: string
  /** Whether `key` signed the record. */
  readonly signed: boolean
}

/** Something that an operator must know about an audit log. */
export interface AuditProblem {
  readonly type:
    | 'sink_failed'
    | 'queue_full'
    | 'evidence_failed'
    | 'recovered'
    | 'unreadable_file'
    | 'checkpoint_not_kept'
    | 'recorded_after_close'
  /** What happened and what to do. */
  readonly message: string
  /** Records that are not in the log, of those since the log was last in order. */
  readonly lost: number
  readonly cause?: unknown
}

/** Where evidence is kept, and for whom. */
export type EvidenceOptions = {
  /** Another sink than that of the log. */
  readonly sink: AuditSink
} & (
  | {
      /** Who can read the evidence: a public JWK of X25519, P-256 or RSA. Keep its private half elsewhere. */
      readonly recipient: AuditKey
    }
  | {
      /** Keeps evidence as text. Whoever reads it within the window of a signature can repeat a safe request. */
      readonly plain: true
      /** Header fields whose values must not be kept, beside `authorization`, `proxy-authorization` and `cookie`. */
      readonly secretFields?: readonly string[]
    }
)

/** Options of {@link auditLog}. */
export interface AuditOptions {
  /** Where the log is kept. */
  readonly sink: AuditSink
  /** Stands in the first record of each file, such as the identifier of the resource. */
  readonly resource?: string
  /**
   * Signs a checkpoint after 1000 records or ten seconds: a private Ed25519 key as JWK, never the signing key of the
   * resource. Without it a log proves accidents only, since whoever can write it can compute it anew.
   */
  readonly key?: AuditKey
  /** Keeps what proves that a request was sent. Default nothing. */
  readonly evidence?: EvidenceOptions
  /**
   * `'count'` writes how many requests of unverified callers had which code in a second. `'record'` writes one record for
   * each, as long as the files are below half of `maxBytes` of the sink, which must be set. Default `'count'`.
   */
  readonly unverified?: 'count' | 'record'
  /**
   * `'interval'`: records are on disk within a second, and no request waits. `'record'`: an accepted request waits until
   * its record is on disk, together with the records of the same moment. Default `'interval'`.
   */
  readonly durability?: 'interval' | 'record'
  /**
   * What happens while the log cannot be written. `'continue'`: requests go on, and a record says how many are missing.
   * `'refuse'`: what would be accepted is answered with 503. Default `'continue'`.
   */
  readonly onFailure?: 'continue' | 'refuse'
  /** Receives each checkpoint once it is on disk. What it returns is not waited for. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => unknown
  /** Receives what an operator must know. The same is also written to the console, each type at most once a minute. */
  readonly onProblem?: (problem: AuditProblem) => unknown
}
