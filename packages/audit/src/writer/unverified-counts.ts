/** Codes that are counted apart; there are fewer. */
const mostCodes = 100

/** Counts what unverified callers caused, by code. */
export class UnverifiedCounts {
  readonly #codes = new Map<string, number>()
  #from = 0
  #until = 0

  add(code: string, time: number, count = 1): void {
    if (this.#codes.size === 0) this.#from = time
    this.#until = time
    const name = this.#codes.has(code) || this.#codes.size < mostCodes ? code : 'other'
    this.#codes.set(name, (this.#codes.get(name) ?? 0) + count)
  }

  /** What was counted; `undefined` if nothing was. */
  get counted():
    | { readonly from: number; readonly until: number; readonly codes: Readonly<Record<string, number>> }
    | undefined {
    if (this.#codes.size === 0) return undefined
    return { from: this.#from, until: this.#until, codes: Object.fromEntries(this.#codes) }
  }

  clear(): void {
    this.#codes.clear()
  }
}
