import type { DecisionEvent } from '@aauth-guard/core'
import type { AuditKey } from '../record/audit-key.ts'
import type { AuditRecord, LogVerification, VerifyLogOptions } from '../verify/verification.ts'
import { verifyLog } from '../verify/verify-log.ts'
import { evidenceHash } from './entries.ts'
import { EvidenceReader, type FoundEvidence } from './evidence-reader.ts'
import { evidenceFaults } from './verify-evidence.ts'

/**
 * What the evidence of a decision shows. `'failed'`: it does not prove the decision. `'unreadable'`: it is encrypted for
 * somebody else, or damaged. `'erased'`, `'missing'`, `'withheld'` and `'lost'`: it is not there, `'withheld'` since it
 * would have shown a secret, `'lost'` since it could not be written. `'none'`: none was kept, as for unverified callers.
 */
export type ReplayOutcome =
  | 'verified'
  | 'failed'
  | 'unreadable'
  | 'erased'
  | 'missing'
  | 'withheld'
  | 'lost'
  | 'none'

/** One decision, and what its evidence shows. */
export interface Replayed {
  readonly seq: number
  /** As it was observed. Trust, revocation and mission status are not looked up again. */
  readonly event: DecisionEvent
  readonly outcome: ReplayOutcome
  /** Why it failed or cannot be read. */
  readonly faults: readonly string[]
}

/** Options of {@link replayLog}. */
export interface ReplayLogOptions extends VerifyLogOptions {
  /** Paths of the files of evidence. */
  readonly evidence: readonly string[]
  /** The private half of `evidence.recipient`. */
  readonly privateKey?: AuditKey
  /** Receives each decision, and is waited for. */
  readonly onDecision?: (replayed: Replayed) => void | Promise<void>
}

/** What {@link replayLog} found. */
export interface LogReplay {
  /** Whether the log has no fault, and no evidence failed. */
  readonly ok: boolean
  readonly log: LogVerification
  /** Number of decisions by outcome. */
  readonly outcomes: Readonly<Record<ReplayOutcome, number>>
}

/**
 * Verifies the signature and the token of recorded requests again, with the keys and by the time that were recorded, and
 * the log itself as `verifyLog` does. It shows what this resource saw. It does not prove to others that the issuer
 * published those keys.
 *
 * @throws (the promise rejects) if a file cannot be read; {TypeError} if a key cannot be used
 * @example
 * ```ts
 * import { type AuditKey, replayLog } from '@aauth-guard/audit'
 *
 * export async function proves(log: string[], evidence: string[], privateKey: AuditKey): Promise<boolean> {
 *   const { ok, outcomes } = await replayLog(log, { evidence, privateKey })
 *   return ok && outcomes.missing + outcomes.unreadable + outcomes.lost === 0
 * }
 * ```
 */
export async function replayLog(files: readonly string[], options: ReplayLogOptions): Promise<LogReplay> {
  const { evidence, privateKey, onDecision, onRecord, ...verification } = options
  const reader = await EvidenceReader.open(evidence, privateKey)
  const outcomes: Record<ReplayOutcome, number> = {
    verified: 0,
    failed: 0,
    unreadable: 0,
    erased: 0,
    missing: 0,
    withheld: 0,
    lost: 0,
    none: 0,
  }
  try {
    const log = await verifyLog(files, {
      ...verification,
      onRecord: async (record) => {
        await onRecord?.(record)
        if (record.kind !== 'decision') return
        const replayed = await replay(record, reader)
        outcomes[replayed.outcome] += 1
        await onDecision?.(replayed)
      },
    })
    return Object.freeze({ ok: log.ok && outcomes.failed === 0, log, outcomes })
  } finally {
    await reader.close()
  }
}

async function replay({ seq, members }: AuditRecord, reader: EvidenceReader): Promise<Replayed> {
  const event = members.event as DecisionEvent
  const result = (outcome: ReplayOutcome, faults: readonly string[] = []): Replayed => ({
    seq,
    event,
    outcome,
    faults,
  })
  const { evidence } = members
  if (evidence === undefined) return result('none')
  if (evidence === 'withheld' || evidence === 'lost') return result(evidence)
  const { id, hash } = evidence as { id?: unknown; hash?: unknown }
  const found: FoundEvidence = await reader.find(String(id))
  if (typeof found === 'string') return result(found)
  if ('unreadable' in found) return result('unreadable', [found.unreadable])
  if (evidenceHash(found.salt, found.text) !== hash)
    return result('failed', ['the evidence is not the one that was recorded'])
  const faults = await evidenceFaults(event, found.evidence, found.keys)
  return result(faults.length === 0 ? 'verified' : 'failed', faults)
}
