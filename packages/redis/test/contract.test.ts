import { type RedisStores, type RedisStoresOptions, redisStores } from '@aauth-guard/redis'
import {
  linkStoreChecks,
  recordStoreChecks,
  replayStoreChecks,
  revocationStoreChecks,
  type StoreCheck,
  statusStoreChecks,
  tombstoneStoreChecks,
} from '@aauth-guard/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ioredis } from './adapters/ioredis.ts'
import { absent, type Scene, startScene } from './redis-scene.ts'

type Stores = RedisStores['stores']
type Kind = keyof Stores

/** The space of all unlisted issuers together is per partition, and so is that of a provider for links. */
const perPartition = /^(?:is bounded over all unlisted|holds no more links)/

/** Checks of all kinds, with two processes that share a server. */
describe.skipIf(absent !== undefined).each([1, 4])(
  `stores in Redis with %i partitions ${absent ?? ''}`,
  (partitions) => {
    let scene: Scene
    let clients: readonly [Redis, Redis]
    let resources = 0
    const peers = new Map<object, RedisStoresOptions>()

    beforeAll(async () => {
      scene = await startScene()
      scene.clock.freeze()
      clients = [new Redis(scene.server.url), new Redis(scene.server.url)]
    })
    afterAll(async () => {
      for (const client of clients) client.disconnect()
      await scene.close()
    })

    /** The store of one process. The second process finds its data by the same options. */
    async function make<K extends Kind>(kind: K, limits: object): Promise<Stores[K]> {
      resources += 1
      const options = { issuer: `https://r${resources}.example`, partitions, limits: { [kind]: limits } }
      const own = redisStores({ ...options, ...ioredis(clients[0]) })
      await own.prepare()
      peers.set(own.stores[kind], { ...options, ...ioredis(clients[1]) })
      return own.stores[kind]
    }
    /** The checks end the subscriptions that they make, so there is nothing to close. */
    const peerOf = <K extends Kind>(kind: K, store: object): Stores[K] => {
      const options = peers.get(store) as RedisStoresOptions
      const peer = redisStores(options).stores[kind]
      peers.set(peer, options)
      return peer
    }
    const optionsOf = <K extends Kind>(kind: K) => ({
      now: () => scene.clock.now(),
      advance: (seconds: number) => scene.clock.advance(seconds),
      peer: (store: object) => peerOf(kind, store),
    })
    /** An issuer has the space of the checks, and all unlisted issuers ten times as much. */
    const tenfold = ({ max }: { readonly max: number }) => ({ max: 10 * max, maxPerIssuer: max })

    const kits: Readonly<Record<string, readonly StoreCheck[]>> = {
      revocations: revocationStoreChecks((limits) => make('revocations', limits), optionsOf('revocations')),
      'tombstones of listed person servers': tombstoneStoreChecks((limits) => make('tombstones', limits), {
        ...optionsOf('tombstones'),
        reopen: (store) => peerOf('tombstones', store),
      }),
      'tombstones of unlisted person servers': tombstoneStoreChecks((limits) => make('tombstones', limits), {
        ...optionsOf('tombstones'),
        listed: false,
      }),
      replays: replayStoreChecks((limits) => make('replays', limits), optionsOf('replays')),
      links: linkStoreChecks((limits) => make('links', tenfold(limits)), optionsOf('links')),
      records: recordStoreChecks((limits) => make('records', limits), optionsOf('records')),
      statuses: statusStoreChecks((limits) => make('statuses', tenfold(limits)), optionsOf('statuses')),
    }
    for (const [title, checks] of Object.entries(kits))
      describe(title, () => {
        for (const { name, run } of checks) if (partitions === 1 || !perPartition.test(name)) it(name, run)
      })
  },
)
