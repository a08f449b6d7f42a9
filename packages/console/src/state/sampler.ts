/** Decisions a second that are shown, and of each outcome beyond them, so that a flood of one hides none of the others. */
const perSecond = 200
const perOutcome = 5

/** Decides which decisions are shown: all of them up to 200 a second, and beyond that some, evenly spread. */
export class Sampler {
  readonly #all: Bucket
  readonly #outcomes = new Map<string, Bucket>()
  #second = Number.NEGATIVE_INFINITY
  #current = { shown: 0, of: 0 }
  #before = { shown: 0, of: 0 }
  #shown = 0
  #of = 0

  constructor(now: number) {
    this.#all = new Bucket(perSecond, now)
  }

  /** Since the start. */
  get total(): { readonly shown: number; readonly of: number } {
    return { shown: this.#shown, of: this.#of }
  }

  /** @param now milliseconds of a clock that is never set back */
  shows(outcome: string, now: number): boolean {
    this.#turn(now)
    const isShown = this.#all.take(now) || this.#bucketOf(outcome, now).take(now)
    this.#current.of += 1
    this.#of += 1
    if (isShown) {
      this.#current.shown += 1
      this.#shown += 1
    }
    return isShown
  }

  /** What was shown in the last whole second, if that was not everything. */
  sampled(now: number): { readonly shown: number; readonly of: number } | undefined {
    this.#turn(now)
    return this.#before.shown < this.#before.of ? this.#before : undefined
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1000)
    if (second === this.#second) return
    this.#before = second === this.#second + 1 ? this.#current : { shown: 0, of: 0 }
    this.#current = { shown: 0, of: 0 }
    this.#second = second
  }

  /** There are four outcomes. */
  #bucketOf(outcome: string, now: number): Bucket {
    const bucket = this.#outcomes.get(outcome) ?? new Bucket(perOutcome, now)
    this.#outcomes.set(outcome, bucket)
    return bucket
  }
}

/** A token bucket that is refilled in a second. */
class Bucket {
  readonly #size: number
  #tokens: number
  #at: number

  constructor(size: number, now: number) {
    this.#size = size
    this.#tokens = size
    this.#at = now
  }

  take(now: number): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + (Math.max(now - this.#at, 0) * this.#size) / 1000)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
