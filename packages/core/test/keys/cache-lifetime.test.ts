import { describe, expect, it } from 'vitest'
import {
  type AnsweredWorld,
  flight,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
  until,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** A world whose person server serves its JWKS with this `Cache-Control`, after a first fetch. */
async function makeCachedWorld(cacheControl?: string, jitter?: number): Promise<AnsweredWorld> {
  const world = await makeAnsweredWorld({}, jitter)
  world.answer(personKeys, async (init) => {
    const { body, headers } = await world.net.fetch(personKeys, init)
    if (cacheControl !== undefined) headers.set('cache-control', cacheControl)
    return new Response(body, { headers })
  })
  await outcomeOf(world)
  return world
}

const lifetimes: readonly [cacheControl: string | undefined, seconds: number][] = [
  [undefined, 600],
  ['public', 600],
  ['max-age=300', 300],
  ['public, max-age=120, must-revalidate', 120],
  ['MAX-AGE=120', 120],
  ['max-age=61', 61],
  ['max-age=60', 60],
  ['max-age=5', 60],
  ['max-age=0', 60],
  ['no-store', 60],
  ['no-cache', 60],
  ['max-age=3600, no-store', 60],
  ['max-age=3600', 3600],
  ['max-age=3601', 3600],
  ['public, max-age=31536000, immutable', 3600],
  ['max-age=-1', 600],
  ['max-age=NaN', 600],
  ['max-age=1e9', 600],
  ['max-age=99999999999999999999', 600],
  ['s-maxage=120', 600],
]

describe('keys live as long as Cache-Control says, between a minute and an hour', () => {
  it.each(lifetimes)('%s: used for up to %i s [R11-123, I24]', async (cacheControl, seconds) => {
    const world = await makeCachedWorld(cacheControl)
    const { key } = world.net.personServer
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(seconds - 1)
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('accepted')
  })

  it.each(lifetimes)('%s: not used after %i s [R11-123, I24, I26]', async (cacheControl, seconds) => {
    const world = await makeCachedWorld(cacheControl)
    const { key } = world.net.personServer
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(seconds)
    expect(await outcomeOf(world, world.agent.personToken({ key }))).toBe('unknown_key')
  })

  const [date, past] = ['Mon, 21 Sep 2026 14:13:20 GMT', 'Mon, 21 Sep 2026 13:13:20 GMT']
  const dated: readonly [headers: Readonly<Record<string, string>>, seconds: number][] = [
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT' }, 300],
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', date }, 300],
    // The answer was in a cache for an hour, or the clock of its server is an hour behind.
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', date: past }, 300],
    // The clock of its server is four minutes ahead.
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', date: 'Mon, 21 Sep 2026 14:17:20 GMT' }, 60],
    [{ expires: 'Mon, 21 Sep 2026 14:13:25 GMT' }, 60],
    [{ expires: past }, 60],
    [{ expires: '0' }, 60],
    [{ expires: '-1' }, 60],
    [{ expires: '2026-09-21T14:18:20Z' }, 60],
    [{ expires: 'Mon, 99 Sep 2026 14:18:20 GMT' }, 60],
    [{ expires: 'Fri, 31 Dec 9999 23:59:59 GMT' }, 3600],
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', date: 'never' }, 300],
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', 'cache-control': 'public' }, 300],
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', 'cache-control': 'max-age=120' }, 120],
    [{ expires: 'Mon, 21 Sep 2026 14:18:20 GMT', 'cache-control': 'no-cache' }, 60],
  ]
  it.each(dated)(
    'or, without Cache-Control, as long as Expires says: %o, %i s [R11-123, I24]',
    async (said, seconds) => {
      const world = await makeAnsweredWorld()
      expect(new Date(world.net.clock.now() * 1000).toUTCString()).toBe(date)
      world.answer(personKeys, async (init) => {
        const { body, headers } = await world.net.fetch(personKeys, init)
        for (const [name, value] of Object.entries(said)) headers.set(name, value)
        return new Response(body, { headers })
      })
      await outcomeOf(world)
      const { key } = world.net.personServer
      await world.net.personServer.rotate({ withdraw: true })
      world.net.clock.advance(seconds - 1)
      const last = await outcomeOf(world, world.agent.personToken({ key }))
      world.net.clock.advance(1)
      expect([last, await outcomeOf(world, world.agent.personToken({ key }))]).toEqual([
        'accepted',
        'unknown_key',
      ])
    },
  )

  it('according to the JWKS response, not that of the metadata', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, async (init) => {
      const { body, headers } = await world.net.fetch(personMetadata, init)
      headers.set('cache-control', 'no-store')
      return new Response(body, { headers })
    })
    await outcomeOf(world)
    world.net.clock.advance(479)
    await outcomeOf(world)
    expect(world.asked).toEqual(flight)
  })
})

describe('keys are renewed in the background, after seven to eight tenths of their life', () => {
  const most = 1 - Number.EPSILON
  it.each([
    [undefined, 480, 0],
    [undefined, 420, most],
    ['max-age=300', 240, 0],
    ['max-age=300', 210, most],
    ['max-age=3600', 2880, 0],
    ['max-age=3600', 2520, most],
    // The floor is longer.
    ['max-age=62', 60, 0],
    ['max-age=80', 60, most],
  ])(
    '%s: not before %i s and then once, with a jitter of %d [I22]',
    async (cacheControl, seconds, jitter) => {
      const world = await makeCachedWorld(cacheControl, jitter)
      world.net.clock.advance(seconds - 1)
      await outcomeOf(world)
      await settled()
      expect(world.asked).toEqual(flight)
      world.net.clock.advance(1)
      await Promise.all([outcomeOf(world), outcomeOf(world), outcomeOf(world)])
      await settled()
      await outcomeOf(world)
      expect(world.asked).toEqual([...flight, ...flight])
    },
  )

  it('without delaying any request, whichever token it has [R11-126]', async () => {
    const world = await makeAnsweredWorld()
    const known = await world.agent.personToken()
    await outcomeOf(world, known)
    world.net.clock.advance(480)
    let signal: AbortSignal | null | undefined
    world.answer(personMetadata, (init) => {
      signal = init?.signal
      return new Promise(() => undefined)
    })
    expect([await outcomeOf(world, known), await outcomeOf(world)]).toEqual(['accepted', 'accepted'])
    expect(signal?.aborted).toBe(false)
    expect(world.asked).toEqual([...flight, personMetadata])
  })

  it('and the result is used from then on, for another life', async () => {
    const world = await makeAnsweredWorld()
    const old = await world.agent.personToken()
    await outcomeOf(world, old)
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(480)
    expect(await outcomeOf(world, old)).toBe('accepted')
    await settled()
    expect([await outcomeOf(world, old), await outcomeOf(world)]).toEqual(['unknown_key', 'accepted'])
    world.net.clock.advance(479)
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('and once their life is over, requests wait for the renewal under way', async () => {
    let admitted = 0
    const world = await makeAnsweredWorld({ trust: { personServers: () => ++admitted > 0 } })
    const { key } = world.net.personServer
    await outcomeOf(world)
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(480)
    const open = world.hold(personMetadata)
    await outcomeOf(world, world.agent.personToken({ key }))
    world.net.clock.advance(120)
    const waiting = [outcomeOf(world, world.agent.personToken({ key })), outcomeOf(world)]
    await until(() => admitted === 4)
    await settled()
    open()
    expect(await Promise.all(waiting)).toEqual(['unknown_key', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })
})
