import type { AAuthError } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { active, digest, down, granted, makeWatchedWorld, type Saying } from './watched.ts'

const answers = (value: unknown): Saying => (() => value) as unknown as Saying

const faults: readonly (readonly [string, Saying])[] = [
  ['throws', down],
  ['rejects', () => Promise.reject(new Error('down'))],
  ['rejects with nothing', () => Promise.reject()],
  ['answers nothing', answers(undefined)],
  ['answers null', answers(null)],
  ['answers true', answers(true)],
  ['answers "active"', answers('active')],
  ['answers ["active"]', answers(['active'])],
  ['answers an empty object', answers({})],
  ['answers a function', answers(() => active)],
  ['answers "unknown"', answers({ status: 'unknown' })],
  ['answers "Active"', answers({ status: 'Active' })],
  ['answers with a list for a status', answers({ status: ['active'] })],
  ['answers "suspended"', answers({ status: 'suspended' })],
  ['answers with a status that is inherited', answers(Object.create(active))],
  ['answers with a freshUntil that is null', answers({ ...active, freshUntil: null })],
  ['answers with a freshUntil that is text', answers({ ...active, freshUntil: String(now + 20) })],
  ['answers with a freshUntil that is NaN', answers({ ...active, freshUntil: Number.NaN })],
  ['answers with a freshUntil without end', answers({ ...active, freshUntil: Number.POSITIVE_INFINITY })],
  ['answers with a freshUntil that is a date', answers({ ...active, freshUntil: new Date() })],
  [
    'answers with a status that cannot be read',
    answers({
      get status() {
        throw new Error('no')
      },
    }),
  ],
  ['does not answer', neverAnswers],
]

describe('a source that', () => {
  it.each(faults)('%s leads to 503 with Retry-After and never to 403 [MISS-9, L10]', async (_, fault) => {
    const world = await makeWatchedWorld()
    world.says(fault)
    expect(await world.post()).toBe('503 server_error 3')
  })

  it.each(faults)('%s leads to 503 for safe methods when it has never answered', async (_, fault) => {
    const world = await makeWatchedWorld()
    world.says(fault)
    expect(await world.get()).toBe('503 server_error 3')
  })

  it.each(faults)('%s leaves safe methods its last answer', async (_, fault) => {
    const world = await makeWatchedWorld()
    await world.get()
    world.says(fault)
    world.net.clock.advance(30)
    expect(await world.get()).toBe('200')
  })

  it('answers after its deadline is ignored', async () => {
    const world = await makeWatchedWorld()
    let late: (() => void) | undefined
    world.says(
      () =>
        new Promise((resolve) => {
          late = () => resolve(active)
          void neverAnswers()
        }),
    )
    expect(await world.post()).toBe('503 server_error 3')
    late?.()
    expect(await world.post()).toBe('503 server_error 3')
  })

  it('fails is reported to the operator, not to the caller [P01]', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    await world.post()
    const [refusal] = world.refusals
    expect(refusal?.hint).toBe(`the status of mission ${s256} is unavailable: the source is down`)
    expect(JSON.stringify(refusal?.problem)).not.toMatch(/down|mission/)
  })
})

describe('an unavailable status', () => {
  it('lasts for three seconds without another request', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    await world.post()
    world.net.clock.advance(2)
    world.says(() => active)
    expect(await world.post()).toBe('503 server_error 1')
    expect(world.asked).toHaveLength(1)
  })

  it('ends with the next answer', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    await world.post()
    world.net.clock.advance(3)
    world.says(() => active)
    expect(await world.post()).toBe('200')
  })

  it('lasts longer each time, up to five seconds', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    const waits: string[] = []
    for (let i = 0; i < 4; i++) {
      waits.push(await world.post())
      world.net.clock.advance(Number(waits.at(-1)?.split(' ')[2]))
    }
    expect(waits).toEqual([3, 4, 5, 5].map((wait) => `503 server_error ${wait}`))
    expect(world.asked).toHaveLength(4)
  })

  it('lasts for three seconds again once the source has answered', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    await world.post()
    world.net.clock.advance(3)
    await world.post()
    world.net.clock.advance(4)
    world.says(() => active)
    await world.post()
    world.says(down)
    world.net.clock.advance(30)
    expect(await world.post()).toBe('503 server_error 3')
  })

  it('ends when the clock goes back [C12]', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    world.net.clock.advance(3000)
    await world.post()
    world.says(() => active)
    world.net.clock.set(now)
    expect(await world.post()).toBe('200')
  })

  it('is kept for a limited number of missions [L08]', async () => {
    const world = await makeWatchedWorld({ maxMissions: 2 })
    world.says(down)
    for (const name of [1, 2, 3, 3, 1])
      await world.post({ token: await world.agent.authToken(granted({ mission: digest(name) })) })
    expect(world.asked).toEqual([1, 2, 3, 1].map(digest))
  })

  it('belongs to one mission', async () => {
    const world = await makeWatchedWorld()
    world.says(({ s256: asked }) => (asked === s256 ? down() : active))
    await world.post()
    const token = await world.agent.personToken({ mission: zeroOctets })
    expect(await world.post({ token, requirement: anyKind })).toBe('200')
  })
})

describe('while the source fails', () => {
  const after = async (method: string, seconds: number, watching = {}): Promise<string> => {
    const world = await makeWatchedWorld(watching)
    await world.post()
    world.says(down)
    world.net.clock.advance(seconds)
    return world.call(world.token, { method }).then(
      () => '200',
      ({ status, code }: AAuthError) => `${status} ${code}`,
    )
  }

  it.each([
    ['GET', '200'],
    ['HEAD', '200'],
    ['OPTIONS', '200'],
    ['POST', '503 server_error'],
    ['PUT', '503 server_error'],
    ['PATCH', '503 server_error'],
    ['DELETE', '503 server_error'],
    ['PURGE', '503 server_error'],
  ])('%s is answered with %s from the last answer', async (method, expected) => {
    expect(await after(method, 30)).toBe(expected)
  })

  it.each([
    [undefined, 30, '200'],
    [undefined, 299, '200'],
    [undefined, 300, '503 server_error'],
    [0, 30, '503 server_error'],
    [31, 30, '200'],
    [31, 31, '503 server_error'],
    [3600, 3400, '200'],
  ])(
    'a safe method is answered from the last answer, with maxStale %s after %d s: %s',
    async (maxStale, seconds, expected) => {
      expect(await after('GET', seconds, maxStale === undefined ? {} : { maxStale })).toBe(expected)
    },
  )

  it('a fresh answer counts even if maxStale is shorter', async () => {
    expect(await after('GET', 20, { maxStale: 0 })).toBe('200')
  })

  it('a safe method gets no longer stale answers however often it is called', async () => {
    const world = await makeWatchedWorld()
    await world.get()
    world.says(down)
    for (let i = 0; i < 9; i++) {
      world.net.clock.advance(30)
      expect(await world.get()).toBe('200')
    }
    world.net.clock.advance(30)
    expect(await world.get()).toBe('503 server_error 5')
  })
})
