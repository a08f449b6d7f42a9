import { personRoute } from '@aauth-guard/fixtures/requirements'
import { describe, expect, it } from 'vitest'
import { flight, makeAnsweredWorld, personKeys, personMetadata, settled, until } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { madeUpToken, unlistedToken } from './unlisted-tokens.ts'

const unlisted = Array.from({ length: 30 }, (_, n) => `https://n${n}.example`)

describe('issuers that trust lists', () => {
  it('are not evicted by unlisted issuers, however many there are [I19, R11-127]', async () => {
    const world = await makeAnsweredWorld({
      trust: { personServers: ['https://ps.example'], agentProviders: 'any' },
      limits: { unlistedIssuers: 1 },
    })
    await outcomeOf(world)
    for (let n = 0; n < 30; n++) {
      const claims = { iss: `https://a${n}.example`, sub: `aauth:planner@a${n}.example` }
      await outcomeOf(world, world.agent.agentToken({ claims }))
    }
    const before = world.asked.length
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked.length).toBe(before)
  })

  it('are not evicted if one is the access server of the resource [I19]', async () => {
    const accessServer = 'https://as.example'
    const world = await makeAnsweredWorld({ accessServer, limits: { unlistedIssuers: 1 } })
    const { agent, net } = world
    await outcomeOf(world, agent.authToken({}, net.accessServer))
    for (const id of unlisted) await outcomeOf(world, madeUpToken(world, id))
    const before = world.asked.length
    expect(await outcomeOf(world, agent.authToken({}, net.accessServer))).toBe('accepted')
    expect(world.asked.length).toBe(before)
  })

  it('do not evict unlisted issuers', async () => {
    const world = await makeAnsweredWorld({
      trust: { agentProviders: ['https://agent.example'], personServers: 'any' },
      limits: { unlistedIssuers: 1 },
    })
    await outcomeOf(world)
    await outcomeOf(world, world.agent.agentToken())
    expect([await outcomeOf(world), world.asked.length]).toEqual(['accepted', 4])
  })

  it('all have a place, however many there are', async () => {
    const personServers = Array.from({ length: 800 }, (_, n) => `https://n${n}.example`)
    const world = await makeAnsweredWorld({ trust: { personServers } })
    const tokens = await Promise.all(personServers.map((id) => unlistedToken(world, id)))
    const outcomes = new Set<string>()
    // The first ones would be evicted first.
    for (const token of [...tokens, ...tokens.slice(0, 100)]) outcomes.add(await outcomeOf(world, token))
    expect([[...outcomes], world.asked.length]).toEqual([['accepted'], 1600])
  })
})

describe('unlisted issuers', () => {
  it('are kept up to half the limit while they are new, and the least recently used goes first [R11-127, I19]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 4 } })
    await outcomeOf(world)
    await outcomeOf(world, unlistedToken(world, 'https://n1.example'))
    await outcomeOf(world)
    await outcomeOf(world, unlistedToken(world, 'https://n2.example'))
    world.net.clock.advance(60)
    const before = world.asked.length
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked.length).toBe(before)
    expect(await outcomeOf(world, unlistedToken(world, 'https://n1.example'))).toBe('accepted')
    expect(world.asked.length).toBe(before + 2)
  })

  it('that were evicted are not fetched again within a minute: 503 [R11-124, R11-127]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 1 } })
    await outcomeOf(world)
    world.net.clock.advance(20)
    await outcomeOf(world, unlistedToken(world, 'https://n1.example'))
    const { status, headers } = await world.refusal(await world.agent.personToken(), {
      requirement: personRoute,
    })
    expect([status, headers['retry-after']]).toEqual([503, '40'])
    world.net.clock.advance(39)
    expect(await outcomeOf(world)).toBe('server_error')
    expect(world.asked.filter((url) => url === personKeys)).toEqual([personKeys])
    world.net.clock.advance(1)
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked.slice(-2)).toEqual(flight)
  })

  it('that were evicted are remembered as fetched although a thousand were fetched since [R11-124]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 1 } })
    await outcomeOf(world)
    for (let second = 0; second < 50; second++) {
      for (let n = 0; n < 20; n++)
        await outcomeOf(world, unlistedToken(world, `https://n${n}-${second}.example`))
      world.net.clock.advance(1)
    }
    expect(world.asked.length).toBe(2002)
    expect(await outcomeOf(world)).toBe('server_error')
    expect(world.asked.length).toBe(2002)
  })

  it('that were evicted during a fetch still have their keys fetched once [R11-124, JWKS-7]', async () => {
    let admitted = 0
    const world = await makeAnsweredWorld({
      limits: { unlistedIssuers: 1 },
      trust: { personServers: () => ++admitted > 0 },
    })
    const open = world.hold(personMetadata)
    const first = outcomeOf(world)
    await until(() => world.asked.length === 1)
    await outcomeOf(world, madeUpToken(world, 'https://n1.example'))
    const second = outcomeOf(world)
    await until(() => admitted === 3)
    await settled()
    open()
    expect(await first).toBe('accepted')
    await second
    await outcomeOf(world)
    expect(world.asked.filter((url) => url === personKeys)).toEqual([personKeys])
  })

  it('lose their verified tokens when they are evicted', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 1 } })
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    await outcomeOf(world, unlistedToken(world, 'https://n1.example'))
    expect(await outcomeOf(world, token)).toBe('server_error')
    world.net.clock.advance(60)
    expect(await outcomeOf(world, token)).toBe('accepted')
  })

  it('in use are not evicted by invented issuers [I19]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 20 } })
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    for (const id of unlisted) await outcomeOf(world, madeUpToken(world, id))
    expect([await outcomeOf(world, token), await outcomeOf(world)]).toEqual(['accepted', 'accepted'])
  })

  it('in use are not evicted by issuers that were refused without a look-up [I19]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    for (let n = 0; n < 300; n++) await outcomeOf(world, madeUpToken(world, `https://n${n}.example`))
    expect([await outcomeOf(world, token), await outcomeOf(world)]).toEqual(['accepted', 'accepted'])
  })
})
