import { noRedis, type RedisServer } from '@aauth-guard/fixtures/redis-server'
import { type RedisStores, redisStores } from '@aauth-guard/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { adapters, type Connected, type Servers } from './adapter-scene.ts'

const issuer = 'https://notes.example'
const issuers = Array.from({ length: 20 }, (_, index) => `https://ps${index}.example`)
const now = (): number => Math.floor(Date.now() / 1000)

describe.skipIf(noRedis !== undefined).each(adapters)(
  `stores over $name ${noRedis ?? ''}`,
  ({ start, connect, partitions }) => {
    let servers: Servers
    let connected: Connected
    let peerConnected: Connected
    let own: RedisStores
    let peer: RedisStores

    beforeAll(async () => {
      servers = await start()
      connected = await connect(servers)
      peerConnected = await connect(servers)
      own = redisStores({ issuer, partitions, ...connected })
      peer = redisStores({ issuer, partitions, ...peerConnected })
      await own.prepare()
    })
    afterAll(async () => {
      for (const stores of [own, peer]) stores?.close()
      for (const client of [connected, peerConnected]) client?.close()
      await servers?.close()
    })

    it('are ready, and read the clock of the server', async () => {
      expect(await peer.ready()).toMatchObject({ server: 'redis', appendOnly: false })
      expect(Math.abs((await peer.stores.replays.now()) - Date.now() / 1000)).toBeLessThan(60)
    })

    it('share what any process records', async () => {
      for (const iss of issuers) {
        await own.stores.revocations.add({ iss, jti: 'one', exp: now() + 1000, listed: true })
        await own.stores.tombstones.add({ approver: iss, s256: 'one', listed: true, reason: 'revoked' })
      }
      for (const iss of issuers) {
        const mission = { approver: iss, s256: 'one' }
        expect(
          await Promise.all([
            peer.stores.revocations.find({ iss, jti: 'one' }),
            peer.stores.revocations.find({ iss, jti: 'two' }),
            peer.stores.tombstones.find({ ...mission, listed: true }),
            peer.stores.statuses.get({ ...mission, listed: true }),
          ]),
        ).toEqual([{ revoked: true }, { revoked: false }, { ...mission, reason: 'revoked' }, undefined])
      }
    })

    it('let exactly one of two processes use a signature', async () => {
      for (const iss of issuers) {
        const mark = { issuer: iss, owner: 'key', fingerprint: iss, until: now() + 60, window: 60 }
        const verdicts = await Promise.all(
          [own, peer].map(({ stores }) => stores.replays.mark({ ...mark, listed: true })),
        )
        expect(verdicts.toSorted()).toEqual(['first', 'repeated'])
      }
    })

    it('load their scripts again when the server has lost them', async () => {
      for (const server of servers.all) {
        const admin = new Redis(server.url)
        await admin.script('FLUSH')
        admin.disconnect()
      }
      for (const iss of issuers) {
        expect(await own.stores.revocations.purge({ iss, listed: true })).toBeGreaterThan(0)
        expect(await peer.stores.revocations.find({ iss, jti: 'one' })).toMatchObject({ revoked: true })
      }
    })

    it('reject where too few replicas receive a change, at the server that received it', async () => {
      const durable = redisStores({ issuer, partitions, replicas: 1, ...connected })
      const approvers = issuers.slice(0, 3)
      const adding = approvers.map((approver) =>
        durable.stores.tombstones.add({ approver, s256: 'two', listed: true }),
      )
      for (const added of await Promise.allSettled(adding))
        expect(added).toMatchObject({ reason: { message: expect.stringContaining('only 0 of 1 replicas') } })
      for (const approver of approvers)
        expect(await peer.stores.tombstones.find({ approver, s256: 'two', listed: true })).toBeDefined()
    })

    it('hear what any process records, and that they may have missed something', async () => {
      const { subscribe } = peer.stores.revocations
      if (subscribe === undefined) return
      const [onRevoked, onPurged, onLost, onSubscribed] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
      const end = subscribe({ onRevoked, onPurged, onLost, onSubscribed })
      await vi.waitFor(() => expect(onSubscribed).toHaveBeenCalled(), { timeout: 60_000 })
      const mission = { approver: 'https://ps.example', s256: 'one' }
      for (const iss of issuers)
        await own.stores.revocations.add({ iss, jti: 'two', exp: now() + 1000, mission, listed: true })
      await vi.waitFor(() => expect(onRevoked).toHaveBeenCalledTimes(issuers.length), { timeout: 60_000 })
      expect(onRevoked.mock.calls.map(([token]) => token)).toEqual(
        expect.arrayContaining(issuers.map((iss) => ({ iss, jti: 'two', mission }))),
      )

      onLost.mockClear()
      onSubscribed.mockClear()
      await Promise.all(servers.all.map(killSubscribers))
      await vi.waitFor(() => expect(onLost).toHaveBeenCalled(), { timeout: 60_000 })
      await vi.waitFor(() => expect(onSubscribed).toHaveBeenCalled(), { timeout: 60_000 })
      const purgedAt = await own.stores.revocations.purge({ iss: 'https://ps.example', listed: true })
      await vi.waitFor(() => expect(onPurged).toHaveBeenCalledWith({ iss: 'https://ps.example', purgedAt }), {
        timeout: 60_000,
      })
      end()
    })
  },
)

/** Breaks the connections on which changes are heard. */
async function killSubscribers({ url }: RedisServer): Promise<void> {
  const admin = new Redis(url)
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  admin.disconnect()
}
