import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes of the heap that are in use once what is not needed was collected. */
export function heapSize(): number {
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}
