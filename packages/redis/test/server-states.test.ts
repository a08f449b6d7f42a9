import { type RedisServer, startRedis } from '@aauth-guard/fixtures/redis-server'
import type { RedisStores } from '@aauth-guard/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { absent, faultsOf, type Scene, startScene } from './redis-scene.ts'

const patience = { timeout: 60_000 }
const iss = 'https://ps.example'
const token = { iss, jti: 'one' }
const mission = { approver: iss, s256: 'one', listed: true }
const record = {
  kind: 'pending',
  id: 'one',
  octets: new Uint8Array(1),
  open: true,
  owner: 'one',
  issuer: iss,
  listed: true,
  tags: ['one'],
  expires: 9e9,
} as const

describe.skipIf(absent !== undefined)(`servers in a state that stores must refuse ${absent ?? ''}`, () => {
  let scene: Scene
  let own: RedisStores
  let replica: RedisServer
  let replicaAdmin: Redis

  const mark = async (fingerprint: string): Promise<unknown> =>
    own.stores.replays.mark({ ...token, issuer: iss, owner: 'key', fingerprint, ...times(), listed: true })
  const times = (): { until: number; window: number } => ({ until: scene.clock.now() + 60, window: 60 })
  const reads = (stores = own.stores): unknown[] => [
    stores.revocations.find(token),
    stores.tombstones.find(mission),
    stores.links.find({ thumbprint: 'key' }),
    stores.statuses.get(mission),
    stores.records.find({ kind: 'pending', id: 'one' }),
    stores.records.list({ tag: 'two', limit: 1 }),
  ]
  const writes = (): unknown[] => [
    own.stores.revocations.add({ ...token, jti: 'two', exp: 9e9, listed: true }),
    own.stores.revocations.purge({ iss, listed: true }),
    own.stores.tombstones.add({ ...mission, s256: 'two' }),
    mark('two'),
    own.stores.statuses.claim(mission, 1000),
    own.stores.records.create(record),
    own.stores.records.end({ tag: 'two', reason: 'revoked' }),
  ]
  const rejectsAll = async (calls: unknown[], why: string): Promise<void> => {
    for (const fault of await faultsOf(calls)) expect(fault).toContain(why)
  }
  const set = (name: string, value: string): Promise<unknown> => scene.admin.config('SET', name, value)

  beforeAll(async () => {
    scene = await startScene({ args: ['--enable-protected-configs', 'yes'] })
    own = await scene.prepared()
    await own.stores.revocations.add({ ...token, exp: 9e9, listed: true })
    replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${scene.server.port}`] })
    replicaAdmin = new Redis(replica.url)
    await vi.waitFor(
      async () => expect(await replicaAdmin.info('replication')).toContain('master_link_status:up'),
      patience,
    )
  })
  afterAll(async () => {
    replicaAdmin.disconnect()
    await replica.close()
    await scene.close()
  })

  it('a replica answers nothing', async () => {
    const of = scene.stores({
      issuer: 'https://notes-1.example',
      send: ([command = '', ...args]) => replicaAdmin.call(command, ...args),
    })
    await rejectsAll(reads(of.stores), 'READONLY')
    await expect(of.ready()).rejects.toThrow('READONLY')
    await expect(of.prepare()).rejects.toThrow('READONLY')
  })

  it('a replica that receives a change in time lets it be recorded', async () => {
    const durable = scene.stores({ issuer: 'https://notes-1.example', replicas: 1 })
    expect(await durable.stores.tombstones.add(mission)).toBe('recorded')
    expect(
      await durable.stores.revocations.purge({ iss: 'https://purged.example', listed: true }),
    ).toBeGreaterThan(0)
  })

  it('a replica that has stopped makes a change fail, which may be kept all the same', async () => {
    const durable = scene.stores({ issuer: 'https://notes-1.example', replicas: 1 })
    replica.stop()
    const added = Promise.resolve(durable.stores.tombstones.add({ ...mission, s256: 'late' }))
    await expect(added).rejects.toThrow('only 0 of 1 replicas received the change within 400 ms')
    replica.cont()
    expect(await own.stores.tombstones.find({ ...mission, s256: 'late' })).toBeDefined()
  })

  it('a master without its replicas answers nothing', async () => {
    await set('min-replicas-to-write', '2')
    await rejectsAll([...reads(), ...writes()], 'NOREPLICAS')
    await set('min-replicas-to-write', '0')
    await Promise.all(reads())
  })

  it('a server whose memory is full records nothing, and still answers what it holds', async () => {
    await set('maxmemory', '1')
    await rejectsAll(writes(), 'OOM')
    expect(await own.stores.revocations.find(token)).toMatchObject({ revoked: true })
    await own.stores.statuses.forget(mission)
    await own.ready()
    await set('maxmemory', '0')
    expect(await mark('after')).toBe('first')
  })

  it('a server that cannot save answers nothing', async () => {
    await set('save', '900 1')
    await set('dir', '/proc')
    await scene.admin.bgsave()
    await vi.waitFor(
      async () => expect(await scene.admin.info('persistence')).toContain('rdb_last_bgsave_status:err'),
      patience,
    )
    await rejectsAll([...reads(), ...writes()], 'MISCONF')
    await set('save', '')
    await Promise.all(reads())
  })

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'a server that evicts entries (%s) is not ready',
    async (policy) => {
      await set('maxmemory-policy', policy)
      await expect(own.ready()).rejects.toThrow(`"maxmemory-policy" is "${policy}"`)
      await set('maxmemory-policy', 'noeviction')
      await own.ready()
    },
  )
})
