import { type RedisStores, type RedisStoresOptions, redisStores, type Send } from '@aauth-guard/redis'
import { replayStoreChecks, revocationStoreChecks, tombstoneStoreChecks } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { absent, type Scene, startScene } from './redis-scene.ts'

/** Checks of one kind, with two processes that share a server. */
describe.skipIf(absent !== undefined).each([1, 4])(
  `stores in Redis with %i partitions ${absent ?? ''}`,
  (partitions) => {
    let scene: Scene
    let sends: Send[]
    let resources = 0

    beforeAll(async () => {
      scene = await startScene()
      scene.clock.freeze()
      sends = [scene.connect(), scene.connect()]
    })
    afterAll(() => scene.close())

    const peers = new Map<object, RedisStoresOptions>()
    /** Stores of the first process; the options lead the second one to the same data. */
    async function make<Kind extends keyof RedisStores['stores']>(
      kind: Kind,
      limits: object,
    ): Promise<RedisStores['stores'][Kind]> {
      resources += 1
      const [send, other] = sends as [Send, Send]
      const options = { issuer: `https://r${resources}.example`, partitions, limits: { [kind]: limits } }
      const own = redisStores({ ...options, send })
      await own.prepare()
      peers.set(own.stores[kind], { ...options, send: other })
      return own.stores[kind]
    }
    const peerOf =
      <Kind extends keyof RedisStores['stores']>(kind: Kind) =>
      (store: RedisStores['stores'][Kind] | object): RedisStores['stores'][Kind] =>
        redisStores(peers.get(store) as RedisStoresOptions).stores[kind]
    const clock = {
      now: () => scene.clock.now(),
      advance: (seconds: number) => scene.clock.advance(seconds),
    }

    const kits = {
      revocations: revocationStoreChecks((limits) => make('revocations', limits), {
        ...clock,
        peer: peerOf('revocations'),
      }),
      'tombstones of listed person servers': tombstoneStoreChecks((limits) => make('tombstones', limits), {
        ...clock,
        peer: peerOf('tombstones'),
        reopen: (store) => {
          const again = peerOf('tombstones')(store)
          peers.set(again, peers.get(store) as RedisStoresOptions)
          return again
        },
      }),
      'tombstones of unlisted person servers': tombstoneStoreChecks((limits) => make('tombstones', limits), {
        ...clock,
        peer: peerOf('tombstones'),
        listed: false,
      }),
      replays: replayStoreChecks((limits) => make('replays', limits), { ...clock, peer: peerOf('replays') }),
    }
    for (const [title, checks] of Object.entries(kits))
      describe(title, () => {
        // The space of unlisted issuers is per partition.
        for (const { name, run } of checks)
          if (partitions === 1 || !name.startsWith('is bounded over all unlisted')) it(name, run)
      })
  },
)
