/**
 * Deadlines of the library are times of the system: on a busy machine they would pass before a server on loopback has
 * answered, and a test would fail because the machine is slow. Under test they are therefore twenty times as long.
 * Tests of the deadlines themselves replace these functions and say when the time is over.
 */
const factor = 20
/** Milliseconds. What is shorter is a pause. */
const shortestDeadline = 100
/** Marks the functions, since files that share a worker share its globals. */
const mark = Symbol.for('aauth-guard patient timers')

const patient = (milliseconds: number): number =>
  milliseconds >= shortestDeadline ? milliseconds * factor : milliseconds

if (!(mark in globalThis)) {
  const { setTimeout: wait } = globalThis
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  AbortSignal.timeout = (milliseconds) => timeout(patient(milliseconds))
  globalThis.setTimeout = Object.assign(
    (handler: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
      wait(handler, patient(milliseconds), ...given),
    wait,
  ) as typeof setTimeout
  Object.assign(globalThis, { [mark]: true })
}
