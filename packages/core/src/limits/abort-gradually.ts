/** The state of one lifetime that `lifetimeOf` returned. */
export interface Handle {
  readonly controller: AbortController
  disposed: boolean
}

const parts = 10
/** Milliseconds between two batches. */
const pause = 10
/** Handles that are aborted without a pause. */
const atOnce = 100

/**
 * Aborts handles within 100 ms. The first hundred are aborted at once, further ones in batches, so that the
 * termination of one mission does not close thousands of connections in one turn of the event loop.
 */
export class GradualAborts {
  /** The batches that are waiting, each with its timer. */
  readonly #waiting = new Map<() => void, ReturnType<typeof setTimeout>>()

  abort(handles: readonly Handle[], reason: Error): void {
    const size = Math.max(atOnce, Math.ceil(handles.length / parts))
    const abortFrom = (start: number): void => {
      const end = start + size
      if (end < handles.length) this.#wait(() => abortFrom(end))
      for (const { controller, disposed } of handles.slice(start, end))
        if (!disposed) controller.abort(reason)
    }
    abortFrom(0)
  }

  /** Aborts all waiting handles at once. Leaves no timer. */
  finish(): void {
    // A batch adds the next one, which this loop reaches as well.
    for (const [part, timer] of this.#waiting) {
      clearTimeout(timer)
      part()
    }
  }

  #wait(abortNext: () => void): void {
    const part = (): void => {
      this.#waiting.delete(part)
      abortNext()
    }
    this.#waiting.set(part, setTimeout(part, pause))
  }
}
