import type { PreparedEvidence } from '../evidence/entries.ts'
import type { RecordKind } from '../record/line.ts'

/** A record that is not written yet. */
export interface PendingRecord {
  readonly kind: RecordKind
  /** The further members as JSON without braces. */
  readonly members: string
  readonly evidence?: PreparedEvidence | 'withheld' | undefined
  /** Called once the record is on disk, or with the reason why it is not. */
  readonly settle?: ((error?: unknown) => void) | undefined
}

export const maxRecords = 10_000
export const maxOctets: number = 16 * 1024 * 1024

/** Records that wait for the disk, in the order in which they came. */
export class RecordQueue {
  readonly #records: PendingRecord[] = []
  #octets = 0

  get length(): number {
    return this.#records.length
  }

  /** Whether less than half of the queue is used. */
  get isRelaxed(): boolean {
    return this.#records.length < maxRecords / 2 && this.#octets < maxOctets / 2
  }

  /** @returns whether there was room */
  add(record: PendingRecord): boolean {
    const size = sizeOf(record)
    if (this.#records.length >= maxRecords || this.#octets + size > maxOctets) return false
    this.addAlways(record)
    return true
  }

  /** Adds a record of the log itself, of which there are few. */
  addAlways(record: PendingRecord): void {
    this.#records.push(record)
    this.#octets += sizeOf(record)
  }

  /** The first records, of which there is at least one, up to a number of octets. */
  first(octets: number, most: number): PendingRecord[] {
    let [count, sum] = [0, 0]
    for (const record of this.#records) {
      sum += sizeOf(record)
      if (count > 0 && (sum > octets || count >= most)) break
      count += 1
    }
    return this.#records.slice(0, count)
  }

  /** Removes the first records. */
  remove(count: number): void {
    for (const record of this.#records.splice(0, count)) this.#octets -= sizeOf(record)
  }

  /** Tells those who wait that their records are not on disk. The records stay. */
  reject(error: unknown): void {
    for (const record of this.#records) record.settle?.(error)
  }
}

function sizeOf({ members, evidence }: PendingRecord): number {
  const kept = typeof evidence === 'object' ? 2 * evidence.text.length + evidence.keys.length : 0
  // The members that all records have.
  return 250 + members.length + kept
}
