/** What a log holds: the event as JSON, which is a copy, so that no text of a request is kept alive by a part of it. */
export interface LogEntry {
  readonly id: number
  readonly event: 'decision' | 'happening'
  readonly json: string
  /** Of a decision: the mission that it was made under, as {@link missionKey} names it. */
  readonly mission?: string | undefined
}

/** The last entries, bounded in number and in characters. Their ids are consecutive. */
export class EventLog {
  readonly #maxEntries: number
  readonly #maxCharacters: number
  readonly #slots: (LogEntry | undefined)[]
  #first: number
  #next: number
  #characters = 0

  /** @param firstId id of the first entry */
  constructor(maxEntries: number, maxCharacters: number, firstId = 1) {
    this.#maxEntries = maxEntries
    this.#maxCharacters = maxCharacters
    this.#slots = new Array<LogEntry | undefined>(maxEntries)
    this.#first = firstId
    this.#next = firstId
  }

  /** Id of the oldest entry that is kept, or of the next one if none is. */
  get first(): number {
    return this.#first
  }

  /** Id of the next entry. */
  get next(): number {
    return this.#next
  }

  get size(): number {
    return this.#next - this.#first
  }

  get characters(): number {
    return this.#characters
  }

  append(entry: Omit<LogEntry, 'id'>): LogEntry {
    const added = { id: this.#next, ...entry }
    if (this.size === this.#maxEntries) this.#removeFirst()
    this.#slots[this.#next % this.#maxEntries] = added
    this.#next += 1
    this.#characters += entry.json.length
    while (this.#characters > this.#maxCharacters && this.size > 1) this.#removeFirst()
    return added
  }

  get(id: number): LogEntry | undefined {
    return id >= this.#first && id < this.#next ? this.#slots[id % this.#maxEntries] : undefined
  }

  /** The last entries that `wanted` accepts, oldest first. */
  last(max: number, wanted: (entry: LogEntry) => boolean = () => true): readonly LogEntry[] {
    const found: LogEntry[] = []
    for (let id = this.#next - 1; id >= this.#first && found.length < max; id -= 1) {
      const entry = this.get(id)
      if (entry !== undefined && wanted(entry)) found.push(entry)
    }
    return found.reverse()
  }

  #removeFirst(): void {
    const slot = this.#first % this.#maxEntries
    this.#characters -= this.#slots[slot]?.json.length ?? 0
    this.#slots[slot] = undefined
    this.#first += 1
  }
}

/** A name for a mission that differs from that of every other one. */
export function missionKey({ approver, s256 }: { readonly approver: string; readonly s256: string }): string {
  return JSON.stringify([approver, s256])
}
