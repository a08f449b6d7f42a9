/**
 * Deadlines of the library are times of the system: on a busy machine they would pass before a server on loopback has
 * answered, and a test would fail because the machine is slow. Under test they are therefore twenty times as long, and
 * pass at once where somebody is asked who never answers.
 */
const patience = 20
/** Milliseconds. What is shorter is a pause. */
const shortestDeadline = 100
/** Milliseconds. What is longer is the deadline of a whole request, which goes on where one answer is given up. */
const longestAnswer = 3000
/** Kept at the globals, since files that share a worker share them and not the modules. */
const mark = Symbol.for('aauth-guard patient timers')
const timers = globalThis as unknown as {
  [mark]?: { passed: boolean; real: boolean; readonly pending: Map<unknown, () => void> }
}

const patient = (milliseconds: number): number => {
  if (milliseconds < shortestDeadline || timers[mark]?.real) return milliseconds
  return timers[mark]?.passed && milliseconds <= longestAnswer ? 0 : milliseconds * patience
}

/** Ends the deadlines of answers that are waited for, and of those that are asked for from now on. */
export function passDeadlines(): void {
  const state = timers[mark]
  if (state === undefined) return
  state.passed = true
  // Whoever asked is waiting by then.
  setImmediate(() => {
    for (const expire of [...state.pending.values()]) expire()
  })
}

/**
 * Leaves deadlines as they are from now on, where somebody is asked who cannot answer and a test prints how long that took:
 * no machine is too slow for an answer that does not come.
 */
export function keepDeadlines(): void {
  if (timers[mark]) timers[mark].real = true
}

/** Ends {@link passDeadlines} and {@link keepDeadlines}. */
export function outlastDeadlines(): void {
  if (timers[mark]) Object.assign(timers[mark], { passed: false, real: false })
}

if (timers[mark] === undefined) {
  const pending = new Map<unknown, () => void>()
  timers[mark] = { passed: false, real: false, pending }
  const { setTimeout: wait, clearTimeout: stop } = globalThis
  const clear = (timer?: Parameters<typeof stop>[0]): void => {
    pending.delete(timer)
    stop(timer)
  }
  /** Calls once, when the time is over or the deadlines have passed. */
  const deadline = (call: () => void, milliseconds: number): NodeJS.Timeout => {
    const over = (): void => {
      clear(timer)
      call()
    }
    const timer = wait(over, patient(milliseconds))
    if (milliseconds >= shortestDeadline && milliseconds <= longestAnswer) pending.set(timer, over)
    return timer
  }
  AbortSignal.timeout = (milliseconds) => {
    const over = new AbortController()
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    deadline(() => over.abort(reason), milliseconds).unref()
    return over.signal
  }
  globalThis.clearTimeout = clear as typeof clearTimeout
  globalThis.setTimeout = Object.assign(
    (handler: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
      deadline(() => handler(...given), milliseconds),
    wait,
  ) as typeof setTimeout
}
