import { type RecordBounds, type RecordEntry, recordOverhead } from './record-store.ts'

/** What a record counts as. */
export interface RecordUse {
  /** 1 for an open record, otherwise 0. */
  readonly open: number
  readonly octets: number
}

/** Whose shares a record counts against. */
export type RecordHolder = Pick<RecordEntry, 'owner' | 'issuer' | 'listed'>

/** What a record counts as that was removed. */
export const nothing: RecordUse = { open: 0, octets: 0 }

/** What a record counts as. */
export function useOf(
  { octets, reserved = 0 }: Pick<RecordEntry, 'octets' | 'reserved'>,
  open: boolean,
): RecordUse {
  return { open: open ? 1 : 0, octets: Math.max(octets.length, reserved) + recordOverhead }
}

/** How many open records, and how many octets, owners and issuers have. */
export class RecordShares {
  readonly #bounds: RecordBounds
  readonly #used = new Map<string, { open: number; octets: number }>()

  constructor(bounds: RecordBounds) {
    this.#bounds = bounds
  }

  /** Whether there is space for what a record counts as in addition. */
  hasSpace(holder: RecordHolder, before: RecordUse, after: RecordUse): boolean {
    return this.#sharesOf(holder).every(([scope, open, octets]) => {
      const used = this.#used.get(scope) ?? nothing
      return (
        (after.open <= before.open || used.open + after.open - before.open <= open) &&
        (after.octets <= before.octets || used.octets + after.octets - before.octets <= octets)
      )
    })
  }

  count(holder: RecordHolder, before: RecordUse, after: RecordUse): void {
    for (const [scope] of this.#sharesOf(holder)) {
      const used = this.#used.get(scope) ?? { open: 0, octets: 0 }
      used.open += after.open - before.open
      used.octets += after.octets - before.octets
      if (used.octets === 0) this.#used.delete(scope)
      else this.#used.set(scope, used)
    }
  }

  #sharesOf({ owner, issuer, listed }: RecordHolder): [scope: string, open: number, octets: number][] {
    const { max, maxOctets, maxPerIssuer, maxPerOwner } = this.#bounds
    const tenth = Math.floor(maxOctets / 10)
    const owned: [string, number, number] = [`owner ${owner}`, maxPerOwner, tenth]
    if (listed) return [owned, [`listed ${issuer}`, max, maxOctets]]
    return [owned, [`unlisted ${issuer}`, maxPerIssuer, tenth], ['all unlisted', max, maxOctets]]
  }
}
