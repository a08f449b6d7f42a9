import type { Checkpoint } from '../options.ts'
import type { CheckpointKey } from '../record/audit-key.ts'
import { asciiJson, makeLine, type RecordHead, type RecordKind } from '../record/line.ts'
import type { PendingRecord } from './record-queue.ts'

/** Records after which a checkpoint is due. */
export const checkpointEvery = 1000

/** Where a chain is: what the next record continues. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string | null
  /** Records since the last checkpoint. */
  readonly unsigned: number
}

/** Lines that continue a chain, which is to be moved to `head` once they are written. */
export interface Continuation {
  readonly octets: Buffer
  readonly head: ChainHead
  readonly checkpoints: readonly Checkpoint[]
}

/** Writes records as lines of a chain. */
export class ChainWriter {
  readonly #key: CheckpointKey | undefined
  readonly #setsCheckpoints: boolean

  /** @param setsCheckpoints whether checkpoints are written even without a key */
  constructor(key: CheckpointKey | undefined, setsCheckpoints: boolean) {
    this.#key = key
    this.#setsCheckpoints = key !== undefined || setsCheckpoints
  }

  /** Whether a chain begins, or records are waiting for a checkpoint. */
  isCheckpointDue({ seq, unsigned }: ChainHead): boolean {
    return this.#setsCheckpoints && (seq === 0 || unsigned > 0)
  }

  /**
   * @param file in which the lines will stand
   * @param time when they are written, in milliseconds
   */
  continue(from: ChainHead, records: readonly PendingRecord[], file: string, time: number): Continuation {
    const lines: string[] = []
    const checkpoints: Checkpoint[] = []
    let head = from
    const add = (kind: RecordKind, members: string): void => {
      const isCheckpoint = kind === 'checkpoint' || kind === 'closed'
      const place: RecordHead = { seq: head.seq + 1, time, kind, prev: head.hash }
      const key = isCheckpoint ? this.#key : undefined
      const named = key === undefined ? members : join(members, `"key":"${key.thumbprint}"`)
      const { line, hash } = makeLine(place, named, key?.key)
      lines.push(line)
      head = { seq: place.seq, hash, unsigned: isCheckpoint ? 0 : head.unsigned + 1 }
      if (isCheckpoint && this.#setsCheckpoints)
        checkpoints.push({
          type: 'aauth.audit-checkpoint.v1',
          file,
          seq: place.seq,
          time,
          hash,
          signed: key !== undefined,
        })
    }
    for (const record of records) {
      add(record.kind, membersOf(record))
      if (this.#setsCheckpoints && head.unsigned >= checkpointEvery - 1) add('checkpoint', '')
    }
    return { octets: Buffer.from(lines.join(''), 'latin1'), head, checkpoints }
  }
}

function membersOf({ members, evidence }: PendingRecord): string {
  if (evidence === undefined) return members
  const told = typeof evidence === 'string' ? evidence : { id: evidence.id, hash: evidence.hash }
  return join(members, `"evidence":${asciiJson(told)}`)
}

function join(one: string, other: string): string {
  return one === '' ? other : `${one},${other}`
}
