import { personRoute } from '@aauth-guard/fixtures/requirements'
import { describe, expect, it } from 'vitest'
import { makeAnsweredWorld, personKeys, personMetadata, until } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { madeUpToken, unlistedToken } from './unlisted-tokens.ts'

describe('of unknown issuers', () => {
  it('at most 40 are fetched at once, and others get 503 without a fetch [I19]', async () => {
    const world = await makeAnsweredWorld()
    for (let n = 0; n < 40; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect(world.asked.length).toBe(40)
    const { code, status, headers } = await world.refusal(await madeUpToken(world, 'https://n40.example'))
    expect([code, status]).toEqual(['server_error', 503])
    expect(headers).toEqual({ 'cache-control': 'no-store', 'retry-after': '1' })
    expect(world.asked.length).toBe(40)
  })

  it('after that 20 a second are fetched [I19]', async () => {
    const world = await makeAnsweredWorld()
    const counts: number[] = []
    for (let second = 0; second < 4; second++) {
      for (let n = 0; n < 50; n++)
        await outcomeOf(world, madeUpToken(world, `https://n${n}-${second}.example`))
      counts.push(world.asked.length)
      world.net.clock.advance(1)
    }
    expect(counts).toEqual([40, 60, 80, 100])
  })

  it('at most half as many of one domain are fetched, so that others have the other half [I19]', async () => {
    const world = await makeAnsweredWorld()
    const counts: number[] = []
    for (let second = 0; second < 4; second++) {
      for (let n = 0; n < 50; n++)
        await outcomeOf(world, madeUpToken(world, `https://n${n}.s${second}.evil.example`))
      counts.push(world.asked.length)
      world.net.clock.advance(1)
    }
    expect(counts).toEqual([20, 30, 40, 50])
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('a cached issuer is renewed, although new ones have used up the rate [I19]', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personKeys, async (init) => {
      const { body, headers } = await world.net.fetch(personKeys, init)
      headers.set('cache-control', 'max-age=60')
      return new Response(body, { headers })
    })
    await outcomeOf(world)
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(60)
    for (const domain of ['a', 'b', 'c'])
      for (let n = 0; n < 20; n++)
        await outcomeOf(world, madeUpToken(world, `https://n${n}.${domain}-made-up.test`))
    expect(await outcomeOf(world, madeUpToken(world, 'https://new.test'))).toBe('server_error')
    const before = world.asked.length
    expect([await outcomeOf(world), world.asked.slice(before)]).toEqual([
      'accepted',
      [personMetadata, personKeys],
    ])
  })

  it('one domain takes at most half of the places, however long its look-ups take [I19, I31]', async () => {
    const world = await makeAnsweredWorld()
    const ids = Array.from({ length: 9 }, (_, n) => `https://n${n}.evil.example`)
    const opened = ids.map((id) => world.hold(`${id}/.well-known/aauth-person.json`))
    const tokens = await Promise.all(ids.map((id) => unlistedToken(world, id)))
    const waiting = tokens.slice(0, 8).map((token) => outcomeOf(world, token))
    await until(() => world.asked.length === 8)
    expect(await outcomeOf(world, tokens[8] as string)).toBe('server_error')
    expect(await outcomeOf(world)).toBe('accepted')
    for (const open of opened) open()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['accepted']))
  })

  it('one that was refused is fetched as soon as there is a place', async () => {
    const world = await makeAnsweredWorld()
    const ids = Array.from({ length: 16 }, (_, n) => `https://n${n}.example`)
    const opened = ids.map((id) => world.hold(`${id}/.well-known/aauth-person.json`))
    const tokens = await Promise.all(ids.map((id) => unlistedToken(world, id)))
    const waiting = tokens.map((token) => outcomeOf(world, token))
    await until(() => world.asked.length === 16)
    expect(await outcomeOf(world)).toBe('server_error')
    for (const open of opened) open()
    await Promise.all(waiting)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('at most 40 are fetched at once, even after an hour without any [I19]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world, madeUpToken(world, 'https://n0.example'))
    world.net.clock.advance(3600)
    for (let n = 1; n < 60; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect(world.asked.length).toBe(41)
  })

  it('new ones are still fetched after the clock went back', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world, madeUpToken(world, 'https://n0.example'))
    world.net.clock.advance(-3600)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('one that was refused is fetched a second later', async () => {
    const world = await makeAnsweredWorld()
    for (let n = 0; n < 40; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect(await outcomeOf(world)).toBe('server_error')
    world.net.clock.advance(1)
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('at most 16 are fetched at the same time [I19]', async () => {
    const world = await makeAnsweredWorld()
    const ids = Array.from({ length: 17 }, (_, n) => `https://n${n}.example`)
    const tokens = await Promise.all(ids.map((id) => unlistedToken(world, id)))
    const opened = ids.map((id) => world.hold(`${id}/.well-known/aauth-person.json`))
    const waiting = tokens.slice(0, 16).map((token) => outcomeOf(world, token))
    await until(() => world.asked.length === 16)
    const last = tokens[16] as string
    const { status, headers } = await world.refusal(last, { requirement: personRoute })
    expect([status, headers['retry-after'], world.asked.length]).toEqual([503, '1', 16])
    for (const open of opened) open()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['accepted']))
    world.net.clock.advance(1)
    expect(await outcomeOf(world, last)).toBe('accepted')
  })

  it.each(['unreachable', 'not-found'] as const)(
    'one whose look-up ends with %s frees its place [I19]',
    async (how) => {
      const world = await makeAnsweredWorld()
      for (let n = 0; n < 40; n++) {
        const issuer = await world.net.issuer('person-server', `https://n${n}.example`)
        issuer.misbehave(how)
        await outcomeOf(world, issuer.personToken(world.agent))
      }
      world.net.clock.advance(1)
      expect(await outcomeOf(world)).toBe('accepted')
    },
  )

  it('known issuers are served and renewed while new ones are refused [I19]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    world.net.clock.advance(600)
    for (let n = 0; n < 60; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked.slice(-2)).toEqual([personMetadata, personKeys])
  })

  it('one with a back-off does not get a shorter wait by being refused [R11-126]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('unreachable')
    for (const wait of [5, 10, 20]) {
      await outcomeOf(world)
      world.net.clock.advance(wait)
    }
    for (let n = 0; n < 41; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    await outcomeOf(world)
    world.net.clock.advance(1)
    const { headers } = await world.refusal(await world.agent.personToken(), { requirement: personRoute })
    expect(headers['retry-after']).toBe('40')
  })
})

describe('listed issuers are not limited: 60 are fetched in one second [I19]', () => {
  const names = Array.from({ length: 60 }, (_, n) => `https://n${n}.example`)

  it('whatever unlisted issuers do', async () => {
    const world = await makeAnsweredWorld({ trust: { personServers: names, agentProviders: 'any' } })
    for (let n = 0; n < 41; n++) {
      const claims = { iss: `https://a${n}.example`, sub: `aauth:planner@a${n}.example` }
      await outcomeOf(world, world.agent.agentToken({ claims }))
    }
    const outcomes = new Set<string>()
    for (const id of names) outcomes.add(await outcomeOf(world, unlistedToken(world, id)))
    expect([...outcomes]).toEqual(['accepted'])
  })

  it('and neither is the access server of the resource', async () => {
    const world = await makeAnsweredWorld({ accessServer: 'https://as.example' })
    for (let n = 0; n < 41; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect(await outcomeOf(world, world.agent.authToken({}, world.net.accessServer))).toBe('accepted')
  })
})
