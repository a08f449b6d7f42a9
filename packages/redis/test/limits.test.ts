import type { RedisStores } from '@aauth-guard/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, type Scene, startScene } from './redis-scene.ts'

const numbered = (length: number, prefix: string): string[] =>
  Array.from({ length }, (_, index) => `${prefix}${index}`)

describe.skipIf(absent !== undefined)(`limits in Redis ${absent ?? ''}`, () => {
  let scene: Scene
  let own: RedisStores
  beforeAll(async () => {
    scene = await startScene()
    scene.clock.freeze()
  })
  afterAll(() => scene.close())

  it('hold for all unlisted issuers of a partition together', async () => {
    own = await scene.prepared({ partitions: 4, limits: { revocations: { max: 10 }, replays: { max: 10 } } })
    const now = scene.clock.now()
    const issuers = numbered(400, 'https://s')
    const added = await Promise.all(
      issuers.map((iss) => own.stores.revocations.add({ iss, jti: 'one', exp: now + 1000, listed: false })),
    )
    const marked = await Promise.all(
      issuers.map((issuer) =>
        own.stores.replays.mark({
          ...{ issuer, owner: issuer, fingerprint: 'print', until: now, window: 60 },
          listed: false,
        }),
      ),
    )
    expect(added.filter((verdict) => verdict === 'recorded')).toHaveLength(40)
    expect(marked.filter((verdict) => verdict === 'first')).toHaveLength(40)
  })

  it.each([true, false])('remove at most 100 ended revocations per call (listed: %s)', async (listed) => {
    own = await scene.prepared({ limits: { revocations: { max: 3000, maxPerIssuer: 250 } } })
    const iss = 'https://ps.example'
    const jtis = numbered(250, 'token-')
    const add = (jti: string, exp = scene.clock.now() + 1000): unknown =>
      own.stores.revocations.add({ iss, jti, exp, listed })
    const countFound = async (): Promise<number> => {
      const found = await Promise.all(jtis.map((jti) => own.stores.revocations.find({ iss, jti })))
      return found.filter(({ revoked }) => revoked).length
    }
    const exp = scene.clock.now()
    await Promise.all(jtis.map((jti) => add(jti, exp)))
    expect(await add('over')).toBe('full')
    scene.clock.advance(61)
    const left: number[] = []
    for (const jti of ['one', 'two', 'three']) {
      expect(await add(jti)).toBe('recorded')
      left.push(await countFound())
    }
    expect(left).toEqual([150, 50, 0])
  })

  it('count all unlisted person servers as full once too many of them are', async () => {
    own = await scene.prepared({ limits: { tombstones: { max: 1 } } })
    const add = (approver: string, listed = false): unknown =>
      own.stores.tombstones.add({ approver, s256: 'one', listed })
    const find = (approver: string, listed = false): unknown =>
      own.stores.tombstones.find({ approver, s256: 'two', listed })
    expect(await add('https://first.example')).toBe('recorded')
    const refused = numbered(10_000, 'https://s')
    for (let from = 0; from < refused.length; from += 500)
      await Promise.all(refused.slice(from, from + 500).map((approver) => add(approver)))
    expect(await find('https://other.example')).toBeUndefined()
    expect(await add('https://one-more.example')).toBe('full')
    expect(await find('https://one-more.example')).toBe('full')
    expect(await find('https://other.example')).toBe('full')
    expect(await find('https://listed.example', true)).toBeUndefined()
    // Those that could not be recorded as full are full until nobody is.
    await own.stores.tombstones.clearFull?.({ approver: 'https://s0' })
    expect([await find('https://s0'), await find('https://one-more.example')]).toEqual(['full', 'full'])
    for (let from = 1; from < refused.length; from += 500)
      await Promise.all(
        refused.slice(from, from + 500).map((approver) => own.stores.tombstones.clearFull?.({ approver })),
      )
    expect([await find('https://s0'), await find('https://one-more.example')]).toEqual([undefined, undefined])
  })

  it('of purged issuers make purge fail, and nothing else', async () => {
    own = await scene.prepared()
    const purge = async (iss: string): Promise<unknown> => own.stores.revocations.purge({ iss, listed: true })
    const issuers = numbered(10_000, 'https://i')
    for (let from = 0; from < issuers.length; from += 500)
      await Promise.all(issuers.slice(from, from + 500).map(purge))
    await expect(purge('https://one-more.example')).rejects.toThrow('10000 purged issuers are recorded')
    expect(await purge('https://i0')).toBeGreaterThan(0)
  })

  it('give the space of statuses and links back, and leave nothing behind, when they are over', async () => {
    await scene.admin.flushall()
    own = await scene.prepared()
    const { statuses, links } = own.stores
    for (const listed of [true, false]) {
      const mission = { approver: `https://ps-${listed}.example`, s256: 'one', listed }
      const claimed = await statuses.claim(mission, 1000)
      if (typeof claimed !== 'object') throw new Error('no claim')
      const failure = { failedFor: 2000, failures: 1, hint: 'no answer' }
      await statuses.put(mission, claimed.claim, { status: 'unknown', ...failure })
      const link = { iss: mission.approver, jti: 'one', iat: 0, exp: 9, linkedFor: 2000 }
      await links.add({ ...link, thumbprint: `key-${listed}`, listed })
      // Failures in a row are counted for another minute.
      scene.clock.advance(61)
      expect(await statuses.get(mission)).toMatchObject({ failedFor: 0, failures: 1 })
      expect(await links.find({ thumbprint: `key-${listed}` })).toBeUndefined()
      scene.clock.advance(2)
      expect(await statuses.get(mission)).toBeUndefined()
    }
    const names = (await scene.admin.keys('*')).filter(
      (key) => key.includes(':status:') || key.includes(':link:'),
    )
    expect(names).toEqual([])
  })

  it('leave nothing of records behind, whether they end in calls or without any', async () => {
    await scene.admin.flushall()
    own = await scene.prepared()
    const { records } = own.stores
    const before = await scene.admin.keys('*')
    const create = (id: string, lives: number): unknown =>
      records.create({
        ...{
          kind: 'held',
          id,
          octets: new Uint8Array(9),
          open: true,
          owner: id,
          issuer: 'https://a.example',
        },
        ...{ listed: false, tags: ['one', 'two'], expires: scene.clock.now() + lives },
      })
    for (const id of ['a', 'b', 'c']) expect(await create(id, 10)).toBe('created')
    scene.clock.advance(11)
    expect(await create('d', 10)).toBe('created')
    const [tags = ''] = (await scene.admin.keys('*')).filter((key) => key.endsWith(':records:tags'))
    expect(await scene.admin.zrange(tags, '0', '-1')).toEqual(['one held d', 'two held d'])
    const used = await scene.admin.hgetall(tags.replace('tags', 'used'))
    expect(Object.values(used).sort()).toEqual(['1', '1', '1', '521', '521', '521'])
    scene.clock.advance(11)
    expect((await scene.admin.keys('*')).sort()).toEqual(before.sort())
  })
})
