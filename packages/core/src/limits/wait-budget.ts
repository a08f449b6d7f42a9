/**
 * The time that one request may wait for several calls together. Calls that wait at the same time count once.
 */
export class WaitBudget {
  readonly #milliseconds: number
  #spent = 0
  #waiting = 0
  #since = 0

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Milliseconds that are left. */
  get left(): number {
    const waited = this.#waiting > 0 ? performance.now() - this.#since : 0
    return Math.max(0, this.#milliseconds - this.#spent - waited)
  }

  /** A call begins to wait. @returns a function to call once it no longer does */
  begin(): () => void {
    if (this.#waiting === 0) this.#since = performance.now()
    this.#waiting += 1
    return () => {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#spent += performance.now() - this.#since
    }
  }
}
