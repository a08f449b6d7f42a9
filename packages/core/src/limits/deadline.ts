import { AAuthError } from '../errors/aauth-error.ts'

/**
 * The total time that one decision may spend waiting.
 *
 * It begins with the first wait, so a request that does not wait needs no timer. There is one timer for each
 * decision: Node keeps timers of the same length in one list, and Workers end a timer together with the request that
 * set it, so none may be shared between requests.
 */
export class Deadline {
  readonly #milliseconds: number
  #waits: Set<() => void> | undefined
  #clearTimer: (() => void) | undefined
  #expired = false

  /** @param milliseconds 1000 to 30 000, `limits.requestDeadline` */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /**
   * Resolves to the value of `answer`, unless the deadline passes first. A later result is ignored, even a rejection.
   *
   * @param what names what is waited for, in the hint of the refusal: `"check"`, `the keys of the issuer`
   * @throws {AAuthError} `server_error` (or the promise rejects with it); what `answer` rejects with
   */
  waitFor<T>(what: string, answer: T | PromiseLike<T>): T | Promise<T> {
    if (!isThenable(answer)) return answer
    return new Promise<T>((resolve, reject) => {
      this.#waits ??= new Set()
      const waits = this.#waits
      const expire = (): void => reject(this.#exceeded(what))
      // Handled after the deadline too, since unhandled rejections terminate the process.
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => waits.delete(expire))
      if (this.#expired) return expire()
      waits.add(expire)
      this.#clearTimer ??= startTimer(this.#milliseconds, () => this.#expire())
    })
  }

  /** Stops the timer once the decision is made. */
  clear(): void {
    this.#clearTimer?.()
  }

  #expire(): void {
    this.#expired = true
    for (const expire of this.#waits ?? []) expire()
    this.#waits?.clear()
  }

  #exceeded(what: string): AAuthError {
    const hint = `${what} did not settle within the ${this.#milliseconds} ms of "limits.requestDeadline": make it answer in time, or raise the limit`
    return new AAuthError('server_error', { hint, retryAfter: 5 })
  }
}

/** What `decideWithin` and `within` need of a resource. */
interface Limited {
  readonly settings: { readonly limits: { readonly requestDeadline: number } }
}

/**
 * Makes a decision under one deadline, `limits.requestDeadline`, for everything that `decide` waits for through it.
 * @throws whatever `decide` throws (or the promise rejects)
 */
export function decideWithin<T>(
  { settings }: Limited,
  decide: (deadline: Deadline) => T | Promise<T>,
): T | Promise<T> {
  const deadline = new Deadline(settings.limits.requestDeadline)
  // A decision that throws at once has not waited, so there is no timer to clear.
  return clearedAfter(deadline, decide(deadline))
}

/** A decision under a deadline, whose timer stops with it. */
export function clearedAfter<T>(deadline: Deadline, decision: T | Promise<T>): T | Promise<T> {
  return decision instanceof Promise ? clearLater(deadline, decision) : decision
}

function clearLater<T>(deadline: Deadline, decision: Promise<T>): Promise<T> {
  return decision.finally(() => deadline.clear())
}

/**
 * Waits for one promise, no longer than `limits.requestDeadline`.
 * @throws {AAuthError} `server_error` (the promise rejects), as {@link Deadline.waitFor}
 */
export async function within<T>(state: Limited, what: string, answer: T | PromiseLike<T>): Promise<T> {
  return decideWithin(state, (deadline) => deadline.waitFor(what, answer))
}

/** Promises from other realms and libraries are awaited as well. */
export function isThenable<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return (
    typeof answer === 'object' && answer !== null && typeof (answer as { then?: unknown }).then === 'function'
  )
}

/**
 * Calls `expire` after some milliseconds. It does not keep a process alive.
 * @returns a function that stops the timer
 */
export function startTimer(milliseconds: number, expire: () => void): () => void {
  const timer: unknown = setTimeout(expire, milliseconds)
  // In runtimes other than Node, a timer is a number.
  ;(timer as { unref?: () => void }).unref?.()
  return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0])
}
