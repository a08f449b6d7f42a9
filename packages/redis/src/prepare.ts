import { StoreDataLostError } from './errors.ts'
import type { Partition } from './names.ts'
import { scriptOf } from './script.ts'
import type { Server } from './server.ts'

/** Options of `prepare`. */
export interface PrepareOptions {
  /**
   * Accepts that revocations, terminations and used signatures were lost, whether the server is empty or an older copy of
   * the data was restored. Used signatures are then unknown, and their
   * requests get 503, until every signature that may have been used before is stale: twice the window and 60 s.
   * Revocations and terminations that were lost must be recorded again.
   */
  readonly afterLoss?: boolean
}

const readMarker = scriptOf(`#!lua
return {redis.call('HGET', KEYS[1], 'partitions')}`)

/** What another process has prepared in the meantime is kept, unless an older copy of the data was restored. */
const makeMarker = scriptOf(`#!lua
local made = redis.call('HSETNX', KEYS[1], 'partitions', ARGV[1])
if ARGV[2] == 'restored' or (made == 1 and ARGV[2] == 'empty') then
  redis.call('HSET', KEYS[1], 'restoredAt', redis.call('TIME')[1] + 1)
end
return made`)

/** Why the markers are made: nothing was there before, all of it was lost, or an older copy may have been restored. */
export type Reason = 'first' | 'empty' | 'restored'

/** Makes the markers that all scripts look for. Those that exist are kept. @throws {StoreDataLostError} or {Error} */
export async function prepare(
  server: Server,
  partitions: readonly Partition[],
  reason: Reason,
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
  if (missing.length > 0 && missing.length < count && reason === 'first')
    throw new StoreDataLostError(
      `the data of ${missing.length} of ${count} partitions is missing: run prepare({ afterLoss: true }) if it was lost`,
    )
  for (const partition of reason === 'restored' ? partitions : missing) {
    await server.evaluate(makeMarker, partition, [], [count, reason])
    await server.awaitReplicas(partition)
  }
}
