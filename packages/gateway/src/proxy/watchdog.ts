/** A deadline that moves on with every octet. */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined

  /** Starts a deadline in place of the one before. */
  start(milliseconds: number, expire: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(expire, milliseconds)
  }

  touch(): void {
    this.#timer?.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
