import { type RedisStores, StoreDataLostError } from '@aauth-guard/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { absent, faultsOf, type Scene, startScene } from './redis-scene.ts'

const iss = 'https://ps.example'
const token = { iss, jti: 'one' }
const mission = { approver: iss, s256: 'one', listed: true }
const window = 60

describe.skipIf(absent !== undefined)(`data that is missing ${absent ?? ''}`, () => {
  let scene: Scene
  let own: RedisStores
  const mark = async (until = scene.clock.now() + window, fingerprint = 'print'): Promise<unknown> =>
    own.stores.replays.mark({ issuer: iss, owner: 'key', fingerprint, until, window, listed: true })
  const add = async (exp = scene.clock.now() + 1000): Promise<unknown> =>
    own.stores.revocations.add({ ...token, exp, listed: true })
  const find = async (): Promise<unknown> => own.stores.revocations.find(token)
  /** Every operation there is. */
  const calls = (): unknown[] => {
    const { revocations, tombstones, links, statuses, records } = own.stores
    const key = { kind: 'claim', id: 'one' } as const
    const change = { ...key, octets: new Uint8Array(1), open: false, expires: 9e9 }
    const link = { thumbprint: 'key', ...token, iat: 0, exp: 9, linkedFor: 1000, listed: true }
    return [
      revocations.find(token),
      add(),
      revocations.purge({ iss, listed: true }),
      tombstones.find(mission),
      tombstones.add(mission),
      tombstones.clearFull?.(mission),
      mark(),
      links.find({ thumbprint: 'key' }),
      links.add(link),
      statuses.get(mission),
      statuses.claim(mission, 1000),
      statuses.put(mission, 'claim', { status: 'active', freshFor: 1, staleFor: 1 }),
      statuses.forget(mission),
      records.create({ ...change, owner: 'one', issuer: iss, listed: true, tags: ['one'] }),
      records.find(key),
      records.replace({ ...change, version: 'one' }),
      records.end({ tag: 'two', reason: 'revoked' }),
      records.list({ tag: 'two', limit: 1 }),
    ]
  }

  beforeAll(async () => {
    scene = await startScene()
    scene.clock.freeze()
  })
  afterAll(() => scene.close())
  beforeEach(async () => {
    await scene.admin.flushall()
    own = scene.stores()
  })

  it('makes every call fail with StoreDataLostError until the store is prepared', async () => {
    for (const fault of await faultsOf(calls())) expect(fault).toContain('StoreDataLostError')
    await expect(own.ready()).rejects.toMatchObject({
      name: 'StoreDataLostError',
      message: expect.stringContaining('prepare({ afterLoss: true })'),
    })
    await own.prepare()
    await Promise.all(calls())
    await own.ready()
  })

  it('makes every call fail when FLUSHALL has removed it, and leaves nothing of a refused call', async () => {
    await own.prepare()
    await Promise.all(calls())
    await scene.admin.flushall()
    for (const fault of await faultsOf(calls())) expect(fault).toContain('StoreDataLostError')
    expect(await scene.admin.dbsize()).toBe(0)
  })

  it('makes every call fail when a server was restarted without its data', async () => {
    const other = await startScene()
    try {
      own = await other.prepared()
      await own.stores.revocations.add({ ...token, exp: 9e9, listed: true })
      await other.server.restart()
      await expect(find().catch(find)).rejects.toThrow(StoreDataLostError)
    } finally {
      await other.close()
    }
  })

  it('is the same as before after a restart with an append-only file', async () => {
    const other = await startScene({ appendOnly: true })
    try {
      own = await other.prepared()
      await own.stores.revocations.add({ ...token, exp: 9e9, listed: true })
      await own.stores.tombstones.add(mission)
      await other.server.restart()
      await find().catch(() => undefined)
      expect(await own.stores.revocations.find(token)).toEqual({ revoked: true })
      expect(await own.stores.tombstones.find(mission)).toEqual({ approver: iss, s256: 'one' })
      expect(await own.ready()).toMatchObject({ appendOnly: true })
    } finally {
      await other.close()
    }
  })

  it('makes signatures unknown that may have been used before, after prepare({ afterLoss: true })', async () => {
    await own.prepare({ afterLoss: true })
    // The second in which it was prepared is over before the clock of the mark begins.
    scene.clock.advance(1)
    const ahead = scene.clock.now() + 2 * window + 60
    expect(await mark()).toBe('unknown')
    scene.clock.advance(2 * window + 59)
    expect(await mark()).toBe('unknown')
    scene.clock.advance(1)
    expect(await mark(ahead)).toBe('unknown')
    expect([await mark(), await mark()]).toEqual(['first', 'repeated'])
  })

  it('lets other calls pass at once after prepare({ afterLoss: true })', async () => {
    await own.prepare({ afterLoss: true })
    await add()
    expect(await own.stores.revocations.find(token)).toEqual({ revoked: true })
  })

  it('is not changed by prepare where there is some', async () => {
    await own.prepare()
    await add()
    expect(await mark()).toBe('first')
    await own.prepare()
    expect(await own.stores.revocations.find(token)).toEqual({ revoked: true })
    expect([await mark(), await mark(undefined, 'other')]).toEqual(['repeated', 'first'])
  })

  it('keeps its revocations after prepare({ afterLoss: true }), and its marks are unknown, as after a restored copy', async () => {
    await own.prepare()
    await add()
    expect(await mark()).toBe('first')
    await own.prepare({ afterLoss: true })
    expect(await own.stores.revocations.find(token)).toEqual({ revoked: true })
    expect([await mark(), await mark(undefined, 'other')]).toEqual(['unknown', 'unknown'])
  })

  it('of one of several partitions must not be taken for new', async () => {
    own = scene.stores({ partitions: 4 })
    await own.prepare()
    const [marker = ''] = await scene.admin.keys('*:2}:marker')
    await scene.admin.del(marker)
    await expect(own.prepare()).rejects.toThrow('the data of 1 of 4 partitions is missing')
    await expect(own.ready()).rejects.toThrow('the data of partition 2 of 4 is missing')
    await own.prepare({ afterLoss: true })
    await own.ready()
  })

  it('cannot be read with another number of partitions', async () => {
    await own.prepare()
    own = scene.stores({ partitions: 4 })
    const remedy = '"partitions" is 4, but the data has 1: write 1'
    await expect(own.prepare()).rejects.toThrow(remedy)
    await expect(own.ready()).rejects.toThrow(remedy)
    const own4 = scene.stores({ issuer: 'https://four.example', partitions: 4 })
    await own4.prepare()
    own = scene.stores({ issuer: 'https://four.example' })
    for (const fault of await faultsOf(calls()))
      expect(fault).toContain('"partitions" is 1, but the data has 4')
  })

  it("is begun by the first process with whenEmpty: 'begin', as after a loss", async () => {
    own = scene.stores({ whenEmpty: 'begin' })
    expect(await mark()).toBe('unknown')
    await Promise.all(calls())
    scene.clock.advance(2 * window + 61)
    expect(await mark()).toBe('first')
    await scene.admin.flushall()
    expect(await own.stores.revocations.find(token)).toEqual({ revoked: false })
    expect(await mark()).toBe('unknown')
  })

  it('is apart from that of a resource with another issuer or prefix', async () => {
    await own.prepare()
    await add()
    for (const options of [{ issuer: 'https://other.example' }, { prefix: 'other' }]) {
      const other = scene.stores(options)
      await other.prepare()
      expect(await other.stores.revocations.find(token)).toEqual({ revoked: false })
    }
  })
})
