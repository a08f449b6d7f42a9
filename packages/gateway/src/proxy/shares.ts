/** Gives back what was taken; further calls do nothing. */
export type Release = () => void

/**
 * Counts what is in use at once, in total and by each caller, so that no caller uses up what others need. It remembers
 * only callers that use something.
 */
export class Shares {
  #inUse = 0
  readonly #byCaller = new Map<string, number>()

  get inUse(): number {
    return this.#inUse
  }

  /**
   * @param caller whose share it is; `undefined` if that is not known yet
   * @param limits how much may be in use, in total and by one caller
   * @param amount how much to take
   * @returns `undefined` if a limit does not allow it
   */
  take(
    caller: string | undefined,
    limits: { readonly total: number; readonly each: number },
    amount = 1,
  ): Release | undefined {
    const own = caller === undefined ? 0 : (this.#byCaller.get(caller) ?? 0)
    if (this.#inUse + amount > limits.total || own + amount > limits.each) return undefined
    this.#add(caller, amount)
    let isTaken = true
    return () => {
      if (isTaken) this.#add(caller, -amount)
      isTaken = false
    }
  }

  #add(caller: string | undefined, amount: number): void {
    this.#inUse += amount
    if (caller === undefined) return
    const left = (this.#byCaller.get(caller) ?? 0) + amount
    if (left === 0) this.#byCaller.delete(caller)
    else this.#byCaller.set(caller, left)
  }
}
