import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Octets that are in use after garbage collection: the heap, and what its objects hold outside of it. */
export function octetsInUse(): number {
  // What a finaliser lets go of is collected by the second run.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
