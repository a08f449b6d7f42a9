/** What one caller of `lifetimeOf` holds. */
export interface Handle {
  readonly controller: AbortController
  disposed: boolean
}

const parts = 10
/** Milliseconds between two parts. */
const pause = 10
/** Handles that are aborted without a pause. */
const atOnce = 100

/**
 * Aborts handles within 100 ms. The first hundred are aborted at once; more are aborted in parts, so that the
 * termination of one mission does not close thousands of connections in one turn of the event loop.
 */
export function abortGradually(handles: readonly Handle[], reason: Error): void {
  const size = Math.max(atOnce, Math.ceil(handles.length / parts))
  const abortFrom = (start: number): void => {
    const end = start + size
    if (end < handles.length) setTimeout(abortFrom, pause, end)
    for (const { controller, disposed } of handles.slice(start, end)) if (!disposed) controller.abort(reason)
  }
  abortFrom(0)
}
