/**
 * What a request leaves behind a guard after a minor collection: `adapter-memory.ts FRAMEWORK ROUNDS`, under Node with
 * `--expose-gc` and a young generation that holds a round. What a minor collection does not free is copied twice and
 * waits for a major one, in pauses that requests feel. Prints octets for one request beyond those that the request leaves
 * without the guard, one number for each round, as JSON. They do not depend on how fast the machine is.
 */
import type { SignedMessage } from '@aauth-guard/testing'
import { adapterCases, messages, type Run } from './adapter-cases.ts'
import type { Framework } from './frameworks.ts'

const perRound = 1000
const [framework, rounds] = process.argv.slice(2) as [Framework, string]
const { gc } = globalThis as { gc?: (options?: { type: 'minor' }) => void }
if (gc === undefined) throw new Error('start this with --expose-gc')

const { without, guarded } = adapterCases()[framework]()
const kept: number[] = []
for (let round = -1; round < Number(rounds); round++) {
  const octets = (await keptBy(guarded)) - (await keptBy(without))
  if (round >= 0) kept.push(octets)
}
console.log(JSON.stringify(kept))

async function keptBy(run: Run): Promise<number> {
  gc?.()
  gc?.({ type: 'minor' })
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < perRound; at++) await run(messages[at % messages.length] as SignedMessage)
  // What the first copies, the second moves out of the young generation if it is still in use.
  gc?.({ type: 'minor' })
  gc?.({ type: 'minor' })
  return (process.memoryUsage().heapUsed - before) / perRound
}
