import type { SharedStore } from '@aauth-guard/core'
import { ChangeFeed } from './change-feed.ts'
import { GatheredReads } from './gathered-reads.ts'
import type { KindData, RedisKind } from './kind.ts'
import { hashed, Partition, partitionOf } from './names.ts'
import { type ConnectionOptions, limitsOf, settingsOf } from './options.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { Server } from './server.ts'
import { checkServer, type RedisReport } from './server-check.ts'

/** A store with what all stores in Redis have. */
export type InRedis<Store extends object> = Store & Required<Pick<SharedStore, 'ready' | 'now'>>

/** What does not depend on the kinds. */
export interface RedisControls {
  /**
   * Marks the data as complete. Run it once, before the first process starts: while the mark is missing, all requests get
   * 503. It changes nothing if the data is marked, and it fixes `partitions`.
   *
   * @throws {StoreDataLostError} (the promise rejects) if only a part of the data is missing
   * @example
   * ```ts
   * import { redisStores } from '@aauth-guard/redis'
   * import { Redis } from 'ioredis'
   *
   * const client = new Redis()
   * const issuer = 'https://notes.example'
   * const { prepare } = redisStores({ issuer, send: ([name = '', ...args]) => client.call(name, ...args) })
   * await prepare({ afterLoss: process.argv.includes('--after-loss') })
   * client.disconnect()
   * ```
   */
  prepare(options?: PrepareOptions): Promise<void>
  /**
   * Checks that each server is a master, is new enough, does not evict entries, and holds the data it should.
   * `resource.ready()` does the same.
   *
   * @throws {Error} (the promise rejects) naming what is wrong, and the remedy
   */
  ready(): Promise<RedisReport>
  /** Ends the subscription. The clients stay connected. */
  close(): void
}

type Kinds = Readonly<Record<string, RedisKind<object, object>>>

/** A store of each kind. */
type StoresOf<K extends Kinds> = {
  readonly [Name in keyof K]: InRedis<ReturnType<K[Name]['store']>>
}

/** Makes a store of each kind, which share one server, one script for reads, and one subscription. */
export function makeStores<K extends Kinds>(
  kinds: K,
  options: ConnectionOptions,
  limits: { readonly [Name in keyof K]?: Partial<K[Name]['limits']> | undefined } = {},
): RedisControls & { readonly stores: StoresOf<K> } {
  const settings = settingsOf(options)
  const resource = hashed(settings.issuer)
  const channel = `${settings.prefix}:${resource}:changes`
  const server = new Server(settings, channel)
  const partitions = Array.from(
    { length: settings.partitions },
    (_, index) => new Partition(settings.prefix, resource, index),
  )
  const [first] = partitions as [Partition]
  const reads = new GatheredReads(
    server,
    Object.values(kinds).flatMap((kind) => kind.reads),
  )
  const publish = (to: string, message: string): Promise<unknown> =>
    server.send(['PUBLISH', to, message], first)
  const feed = settings.subscribe && new ChangeFeed(channel, settings.subscribe, publish)
  const readiness = shared(async () => {
    await reads.check(partitions)
    const reports = await Promise.all(partitions.map((partition) => checkServer(server, partition)))
    if (settings.durable && reports.some(({ appendOnly }) => appendOnly === false))
      throw new Error(
        '"durable" is true, but the server does not append writes to a file: set "appendonly yes" and "appendfsync always", or leave "durable" out',
      )
    return reports[0] as RedisReport
  })
  const common: InRedis<object> = {
    async ready() {
      await readiness()
    },
    now: () => farthest(partitions.map((partition) => server.now(partition))),
  }
  const data: Omit<KindData<unknown>, 'limits'> = {
    durable: settings.durable,
    partition: (name) => partitions[partitionOf(name, partitions.length)] as Partition,
    read: (operation, call) => reads.read(operation, call),
    write: (operation, call) => server.write(operation, call),
    writeDurably: (operation, call) => server.writeDurably(operation, call),
    ...(feed && { subscribe: (listener) => feed.listen(listener) }),
  }
  const stores = Object.entries(kinds).map(([name, kind]) => {
    const own = { ...data, limits: limitsOf(name, kind.limits, limits[name]) }
    return [name, { ...kind.store(own), ...common }]
  })
  return {
    stores: Object.fromEntries(stores) as StoresOf<K>,
    prepare: ({ afterLoss = false } = {}) => prepare(server, partitions, afterLoss ? 'restored' : 'first'),
    ready: readiness,
    close: () => feed?.close(),
  }
}

/** Calls at the same time share one answer: `resource.ready()` asks each store. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}

/** Milliseconds that servers have to tell their time, once one of them has. */
const patience = 100

/**
 * Of the clocks of several servers, the one that differs most from that of the process. A server that does not answer
 * stops only the issuers whose state it has.
 */
async function farthest(clocks: readonly Promise<number>[]): Promise<number> {
  const first = await Promise.any(clocks).catch(({ errors }: AggregateError) => {
    throw errors[0]
  })
  const times = [first]
  const told = clocks.map((clock) => clock.then((time) => void times.push(time)))
  if (clocks.length > 1) {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience)
    })
    await Promise.race([Promise.allSettled(told), late])
    clearTimeout(timer)
  }
  const here = Date.now() / 1000
  return times.reduce((one, other) => (Math.abs(other - here) > Math.abs(one - here) ? other : one))
}
