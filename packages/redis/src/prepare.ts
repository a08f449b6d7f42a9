import { StoreDataLostError } from './errors.ts'
import type { Partition } from './names.ts'
import { scriptOf } from './script.ts'
import type { Server } from './server.ts'

/** Options of `prepare`. */
export interface PrepareOptions {
  /**
   * Accepts that revocations, terminations and used signatures were lost. Used signatures are then unknown, and their
   * requests get 503, until every signature that may have been used before is stale: twice the window and 60 s.
   * Revocations and terminations that were lost must be recorded again.
   */
  readonly afterLoss?: boolean
}

const readMarker = scriptOf(`#!lua
return {redis.call('HGET', KEYS[1], 'partitions')}`)

/** What another process has prepared in the meantime is kept. */
const makeMarker = scriptOf(`#!lua
if redis.call('HSETNX', KEYS[1], 'partitions', ARGV[1]) == 0 then return 0 end
if ARGV[2] == 'afterLoss' then redis.call('HSET', KEYS[1], 'restoredAt', redis.call('TIME')[1] + 1) end
return 1`)

/** Makes the markers that all scripts look for. Those that exist are kept. @throws {StoreDataLostError} or {Error} */
export async function prepare(
  server: Server,
  partitions: readonly Partition[],
  { afterLoss = false }: PrepareOptions = {},
): Promise<void> {
  const count = partitions.length
  const found = await Promise.all(
    partitions.map((partition) => server.evaluate(readMarker, partition, [], [])),
  )
  const markers = found.map((reply) =>
    Array.isArray(reply) ? (reply[0] as string | null | undefined) : undefined,
  )
  const other = markers.find((marker) => marker && marker !== `${count}`)
  if (other) throw new Error(`"partitions" is ${count}, but the data has ${other}: write ${other}`)
  const missing = partitions.filter((_, index) => !markers[index])
  if (missing.length > 0 && missing.length < count && !afterLoss)
    throw new StoreDataLostError(
      `the data of ${missing.length} of ${count} partitions is missing: run prepare({ afterLoss: true }) if it was lost`,
    )
  for (const partition of missing) {
    await server.evaluate(makeMarker, partition, [], [count, afterLoss ? 'afterLoss' : 'first'])
    await server.awaitReplicas(partition)
  }
}
