import { type RedisStoresOptions, redisStores, type Send } from '@aauth-guard/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { absent, faultsOf, type Scene, startScene } from './redis-scene.ts'

const iss = 'https://ps.example'
const token = { iss, jti: 'one' }
const mission = { approver: iss, s256: 'one', listed: true }

describe.skipIf(absent !== undefined)(`commands that stores send ${absent ?? ''}`, () => {
  let scene: Scene
  let send: Send
  let commands: string[][]
  let resources = 0

  const stores = async (options: Partial<RedisStoresOptions> = {}) => {
    const counted: Send = (args, key) => {
      commands.push(args)
      return send(args, key)
    }
    resources += 1
    const made = redisStores({ issuer: `https://r${resources}.example`, send: counted, ...options })
    await made.prepare()
    return made
  }
  /** Names of the commands, since the last time. */
  const sent = (): string[] => commands.splice(0).map(([name = '']) => name)
  const markOf = (scene: Scene) => {
    const until = Math.floor(scene.clock.now()) + 60
    return { issuer: iss, owner: 'key', fingerprint: 'print', until, window: 60, listed: true }
  }

  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(() => scene.close())
  beforeEach(() => {
    commands = []
    send = scene.connect()
  })

  it('are one for all reads of a tick', async () => {
    const { stores: made } = await stores()
    const look = () =>
      Promise.all([
        made.revocations.find(token),
        made.tombstones.find(mission),
        made.statuses.get(mission),
        made.links.find({ thumbprint: 'key' }),
      ])
    await look()
    sent()
    expect(await look()).toEqual([{ revoked: false }, undefined, undefined, undefined])
    expect(sent()).toEqual(['EVALSHA'])
  })

  it('are one for at most 64 reads, and one per partition', async () => {
    const { stores: made } = await stores({ partitions: 4 })
    const finds = (count: number, issuer = (_: number) => iss) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          made.revocations.find({ iss: issuer(index), jti: `${index}` }),
        ),
      )
    await finds(1)
    sent()
    for (const [reads, scripts] of [
      [64, 1],
      [65, 2],
      [200, 4],
    ] as const) {
      await finds(reads)
      expect(sent()).toHaveLength(scripts)
    }
    await finds(60, (index) => `https://ps${index}.example`)
    expect(sent()).toHaveLength(4)
  })

  it('answer each read of many with its own answer', async () => {
    const { stores: made } = await stores({ partitions: 4 })
    const tokens = Array.from({ length: 300 }, (_, index) => ({
      iss: `https://ps${index % 7}.example`,
      jti: `${index}`,
    }))
    const revoked = tokens.map((_, index) => index % 3 === 0)
    for (const [index, one] of tokens.entries())
      if (revoked[index]) await made.revocations.add({ ...one, exp: 9e9, listed: true })
    const found = await Promise.all(tokens.map((one) => made.revocations.find(one)))
    expect(found.map((one) => one.revoked)).toEqual(revoked)
  })

  it('are two for a read and a mark, neither of which waits for the other', async () => {
    const { stores: made } = await stores()
    await made.revocations.find(token)
    await made.replays.mark(markOf(scene))
    sent()
    const [reading, marking] = [made.revocations.find(token), made.replays.mark(markOf(scene))]
    await Promise.resolve()
    expect(sent()).toEqual(['EVALSHA', 'EVALSHA'])
    expect(await Promise.all([reading, marking])).toEqual([{ revoked: false }, 'repeated'])
  })

  it('are repeated with the script if the server does not have it, and never otherwise', async () => {
    const { stores: made } = await stores()
    await made.replays.mark(markOf(scene))
    await scene.admin.script('FLUSH')
    sent()
    expect(await made.replays.mark({ ...markOf(scene), fingerprint: 'two' })).toBe('first')
    expect(sent()).toEqual(['EVALSHA', 'EVAL'])
    const real = send
    send = async (args, key) => {
      await real(args, key)
      throw new Error('Connection is closed.')
    }
    const lost = { ...markOf(scene), fingerprint: 'lost' }
    expect(await faultsOf([made.replays.mark(lost)])).toEqual(['Error: Connection is closed.'])
    expect(sent()).toEqual(['EVALSHA'])
    send = real
    expect(await made.replays.mark(lost)).toBe('repeated')
  })

  it('carry keys of one slot, the first of which is passed along', async () => {
    const keys: (string | undefined)[] = []
    const real = send
    send = (args, key) => {
      keys.push(key)
      if (args[0]?.startsWith('EVAL')) {
        const all = args.slice(3, 3 + Number(args[2]))
        expect(new Set(all.map((name) => name.slice(0, name.indexOf('}') + 1))).size).toBe(1)
        expect(all.every((name) => name.split('{').length === 2)).toBe(true)
        expect(all[0]).toBe(key)
      }
      return real(args, key)
    }
    const { stores: made, ready } = await stores({ partitions: 64, replicas: 0 })
    await made.revocations.add({ ...token, exp: 9e9, listed: false })
    await made.revocations.purge({ iss, listed: true })
    await made.tombstones.add(mission)
    await made.tombstones.clearFull?.(mission)
    await made.replays.mark({ ...markOf(scene), listed: false })
    const claimed = await made.statuses.claim(mission, 1000)
    if (typeof claimed === 'object')
      await made.statuses.put(mission, claimed.claim, { status: 'active', freshFor: 1, staleFor: 1 })
    await made.statuses.forget(mission)
    await made.links.add({ thumbprint: 'key', ...token, iat: 0, exp: 9, linkedFor: 1000, listed: true })
    const record = {
      ...{ id: 'one', octets: new Uint8Array(1), open: true, owner: 'one', issuer: iss, listed: false },
      ...{ tags: ['one'], expires: 9e9 },
    }
    await made.records.create({ ...record, kind: 'held' })
    const key = { kind: 'held', id: 'one' } as const
    const version = (await made.records.find(key))?.version ?? ''
    await made.records.replace({ ...record, ...key, version, creates: { ...record, kind: 'claim' } })
    await made.records.end({ tag: 'one', reason: 'revoked' })
    await made.records.list({ tag: 'one', limit: 1 })
    await Promise.all([made.revocations.find(token), made.statuses.get(mission)])
    await made.replays.now()
    await ready()
    expect(keys.every((key) => key?.startsWith('aauth:{'))).toBe(true)
  })

  it('are shared by all stores that are asked whether they are ready', async () => {
    const { stores: made } = await stores()
    await made.replays.ready()
    sent()
    await Promise.all(Object.values(made).map((store) => store.ready()))
    expect(sent()).toEqual(['EVALSHA', 'EVALSHA'])
  })

  it.each([
    ['nothing', null],
    ['a text', 'OK'],
    ['an empty list', []],
    ['another state', ['ok', 1]],
  ])('reject when the reply is %s', async (_, reply) => {
    const { stores: made } = await stores()
    send = async () => reply
    const calls = [
      made.revocations.find(token),
      made.replays.mark(markOf(scene)),
      made.tombstones.add(mission),
    ]
    for (const fault of await faultsOf(calls))
      expect(fault).toContain('a reply that its script does not return')
    expect(await made.replays.now()).toBeNaN()
  })
})
