import type { Tombstone, TombstoneEntry, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'

/** Faults of a tombstone store. Without any of them the store here fulfils its contract. */
export interface TombstoneFlaws {
  /** What it uses as the key of a mission. */
  readonly key?: (approver: string, s256: string) => string
  readonly forgets?: boolean
  /** Seconds after which it treats a termination as expired. */
  readonly forgetsAfter?: number
  /** Stores less of a tombstone, or more, than it was given. */
  readonly keeps?: (tombstone: Tombstone) => Tombstone
  /** What it does with a termination that is added again. */
  readonly again?: 'latest' | 'reason' | 'counted' | 'full'
  readonly whenFull?: 'evicts' | 'says-nothing' | 'says-it-too-early' | 'says-it-of-everybody' | 'shares'
  /** Lets other calls run between reading and writing. */
  readonly pauses?: boolean
  /** Writes back all that it read before a pause. */
  readonly overwrites?: boolean
  /** What it does when a person server is cleared. */
  readonly clearing?: 'nothing' | 'everybody' | 'removes' | 'for-good'
  readonly restart?: 'fills-again' | 'loses-all' | 'loses-reasons' | 'loses-full' | 'unlocks' | 'spreads-full'
}

interface State {
  /** Seconds by its own clock since it was made. */
  age?: number
  entries: Map<string, Tombstone>
  readonly full: Set<string>
  readonly unlocked?: boolean
}

/** The same entries may be seen through several handles. */
export class FlawedTombstones implements TombstoneStore {
  readonly #max: number
  readonly #flaws: TombstoneFlaws
  readonly #state: State
  readonly #cleared = new Set<string>()

  constructor(
    max: number,
    flaws: TombstoneFlaws = {},
    state: State = { entries: new Map(), full: new Set() },
  ) {
    this.#max = max
    this.#flaws = flaws
    this.#state = state
  }

  /** The contents that another process finds after this one has ended. */
  reopened(): FlawedTombstones {
    const { restart } = this.#flaws
    const { entries, full } = this.#state
    const kept = [...entries].map(([key, { reason, ...rest }]): [string, Tombstone] => [
      key,
      restart === 'loses-reasons' || reason === undefined ? rest : { ...rest, reason },
    ])
    const filled = restart === 'fills-again' ? [...full, ...this.#cleared] : [...full]
    const servers = restart === 'spreads-full' && full.size > 0 ? ['everybody'] : filled
    return new FlawedTombstones(this.#max, this.#flaws, {
      entries: new Map(restart === 'loses-all' ? [] : kept),
      full: new Set(restart === 'loses-full' || restart === 'loses-all' ? [] : servers),
      unlocked: restart === 'unlocks',
    })
  }

  /** Advances its clock. */
  advance(seconds: number): void {
    this.#state.age = (this.#state.age ?? 0) + seconds
  }

  async add(tombstone: TombstoneEntry): Promise<TombstoneVerdict> {
    const { again, whenFull, keeps = (one: Tombstone) => ({ ...one }), pauses, overwrites } = this.#flaws
    const { approver, s256 } = tombstone
    const id = this.#key(approver, s256)
    const known = this.#state.entries.get(id)
    const read = new Map(this.#state.entries)
    const used = [...read.values()].filter((one) => whenFull === 'shares' || one.approver === approver).length
    if (pauses || overwrites) await Promise.resolve()
    if (overwrites) this.#state.entries = read
    if (known !== undefined) {
      if (again === 'full' && used >= this.#max) return 'full'
      if (again === 'latest' || this.#state.unlocked) this.#state.entries.set(id, keeps(tombstone))
      if (again === 'reason' && known.reason === undefined) this.#state.entries.set(id, keeps(tombstone))
      if (again === 'counted') this.#state.entries.set(`${id}${used}`, keeps(tombstone))
      return 'recorded'
    }
    if (used >= this.#max) {
      if (whenFull !== 'evicts') {
        const isMarked = this.#flaws.clearing !== 'for-good' || !this.#cleared.has(approver)
        if (isMarked) this.#state.full.add(whenFull === 'says-it-of-everybody' ? 'everybody' : approver)
        return 'full'
      }
      const [oldest] = [...this.#state.entries].find(([, one]) => one.approver === approver) ?? []
      this.#state.entries.delete(oldest ?? '')
      this.#state.full.add(approver)
      return 'full'
    }
    this.#state.entries.set(id, keeps(tombstone))
    if (whenFull === 'says-it-too-early' && used + 1 >= this.#max) this.#state.full.add(approver)
    return 'recorded'
  }

  async find({
    approver,
    s256,
  }: Pick<Tombstone, 'approver' | 's256'>): Promise<Tombstone | 'full' | undefined> {
    const { forgets, forgetsAfter = Number.POSITIVE_INFINITY, whenFull } = this.#flaws
    const { entries, full } = this.#state
    const found = entries.get(this.#key(approver, s256))
    const isStale = (this.#state.age ?? 0) > forgetsAfter
    // It returns the requested mission, as a resource requires, even if it mistook it for another.
    if (found !== undefined && !forgets && !isStale) return { ...found, approver, s256 }
    const isFull = full.has('everybody') || full.has(approver)
    return isFull && whenFull !== 'says-nothing' ? 'full' : undefined
  }

  async clearFull({ approver }: { readonly approver: string }): Promise<void> {
    const { entries, full } = this.#state
    const { clearing } = this.#flaws
    this.#cleared.add(approver)
    if (clearing === 'nothing') return
    full.delete(approver)
    if (clearing === 'everybody') full.clear()
    if (clearing === 'removes')
      for (const [key, one] of entries) if (one.approver === approver) entries.delete(key)
  }

  #key(approver: string, s256: string): string {
    return this.#flaws.key?.(approver, s256) ?? JSON.stringify([approver, s256])
  }
}
