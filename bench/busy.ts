/**
 * Keeps every core busy: a child for each, which computes and moves memory until the benchmark ends. On such a machine
 * wall times measure the scheduler, and processor time says what a request costs.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

const octets = 64 * 1024 * 1024
/** How many numbers are sorted in one turn of the event loop, between which the child hears of the end. */
const sorted = 1 << 17

export async function startBusyProcesses(): Promise<{ stop(): void }> {
  const children = Array.from({ length: availableParallelism() }, () =>
    fork(import.meta.filename, ['--busy']),
  )
  await Promise.all(children.map((child: ChildProcess) => once(child, 'message')))
  return { stop: () => children.forEach((child) => void child.kill()) }
}

if (import.meta.filename === process.argv[1]) {
  const numbers = new Float64Array(octets / 8).map((_, index) => Math.imul(index, 0x9e3779b1))
  let from = 0
  const work = (): void => {
    numbers.subarray(from, from + sorted).sort()
    from = (from + sorted) % numbers.length
    // All of the memory, which no cache of the processor holds.
    numbers.copyWithin(1, 0)
    setImmediate(work)
  }
  process.on('disconnect', () => process.exit())
  process.send?.('busy')
  work()
}
