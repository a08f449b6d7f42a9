/**
 * Deadlines of the library are times of the system: on a busy machine they would pass before a server on loopback has
 * answered, and a test would fail because the machine is slow. Under test they are therefore twenty times as long.
 * Tests of the deadlines themselves replace these functions and say when the time is over.
 */
const patience = 20
/** Milliseconds. What is shorter is a pause. */
const shortestDeadline = 100
/** Kept at the globals, since files that share a worker share them and not the modules. */
const mark = Symbol.for('aauth-guard patient timers')
const timers = globalThis as unknown as { [mark]?: { factor: number } }

const patient = (milliseconds: number): number =>
  milliseconds >= shortestDeadline ? milliseconds * (timers[mark]?.factor ?? 1) : milliseconds

/**
 * Makes deadlines as long as they are outside of tests, for tests in which somebody never answers: there the deadline
 * is what is waited for, and it cannot pass too early.
 */
export function waitForDeadlines(): void {
  if (timers[mark]) timers[mark].factor = 1
}

export function outlastDeadlines(): void {
  if (timers[mark]) timers[mark].factor = patience
}

if (timers[mark] === undefined) {
  timers[mark] = { factor: patience }
  const { setTimeout: wait } = globalThis
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  AbortSignal.timeout = (milliseconds) => timeout(patient(milliseconds))
  globalThis.setTimeout = Object.assign(
    (handler: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
      wait(handler, patient(milliseconds), ...given),
    wait,
  ) as typeof setTimeout
}
