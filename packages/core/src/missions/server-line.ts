import { ServerSilent } from './source.ts'

/** Silences in a row after which a person server is left alone. */
const maxFailures = 5
/** Seconds for which it is. */
const rest = 5

/** Nobody was asked. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked'
}

/**
 * The way to one person server: so many questions at a time, the others wait their turn; after silences in a row nobody
 * asks for a while, and then one does (matrix §5.3, rule 5).
 */
export class ServerLine {
  #asking = 0
  readonly #waiting: (() => void)[] = []
  #failures = 0
  #restsFrom = 0
  readonly #maxAsking: number
  readonly #maxWaiting: number

  constructor(maxAsking: number, maxWaiting: number) {
    this.#maxAsking = maxAsking
    this.#maxWaiting = maxWaiting
  }

  /**
   * @param signal ends the wait
   * @throws {NotAsked} where the server is left alone, or too many wait
   */
  async ask<T>(question: () => Promise<T>, signal: AbortSignal, now: () => number): Promise<T> {
    await this.#turn(signal)
    try {
      if (this.#failures >= maxFailures) {
        if (this.#isAtRest(now()))
          throw new NotAsked('the person server failed several times and is left alone')
        // Whoever comes while the first question after the rest is under way waits for another time.
        this.#restsFrom = now()
      }
      const answer = await question()
      this.#failures = 0
      return answer
    } catch (error) {
      if (signal.aborted || error instanceof ServerSilent) {
        this.#failures += 1
        this.#restsFrom = now()
      } else if (!(error instanceof NotAsked)) this.#failures = 0
      throw error
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#asking -= 1
      else next()
    }
  }

  /** Also after the clock went back nobody rests for longer. */
  #isAtRest(now: number): boolean {
    return now >= this.#restsFrom && now < this.#restsFrom + rest
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#asking < this.#maxAsking) {
      this.#asking += 1
      return
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new NotAsked('too many questions wait')
    const tooLate = new NotAsked('no turn within the deadline')
    if (signal.aborted) throw tooLate
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', give)
        resolve()
      }
      const give = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(tooLate)
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', give, { once: true })
    })
  }
}
