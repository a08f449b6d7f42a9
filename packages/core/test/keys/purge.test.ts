import { describe, expect, it } from 'vitest'
import {
  type AnsweredWorld,
  agentKeys,
  agentMetadata,
  flight,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
  until,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { madeUpToken, unlistedToken } from './unlisted-tokens.ts'

describe('purgeIssuer', () => {
  it('makes the next request fetch the keys again, within the minute [I26]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    world.resource.purgeIssuer('https://ps.example')
    expect(await outcomeOf(world, token)).toBe('accepted')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('invalidates the tokens under a key that was withdrawn [I26]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    await world.net.personServer.rotate({ withdraw: true })
    world.resource.purgeIssuer('https://ps.example')
    expect([await outcomeOf(world, token), await outcomeOf(world)]).toEqual(['unknown_key', 'accepted'])
  })

  it('invalidates the tokens under a key that was changed in place [I26]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    await world.net.personServer.rekey()
    world.resource.purgeIssuer('https://ps.example')
    expect([await outcomeOf(world, token), await outcomeOf(world)]).toEqual(['invalid_jwt', 'accepted'])
  })

  it('does not fall back to forgotten keys when the issuer is down [I26]', async () => {
    const world = await makeAnsweredWorld()
    const token = await world.agent.personToken()
    await outcomeOf(world, token)
    world.net.personServer.misbehave('unreachable')
    world.resource.purgeIssuer('https://ps.example')
    expect(await outcomeOf(world, token)).toBe('server_error')
  })

  it('also forgets an issuer that trust lists [I26]', async () => {
    const world = await makeAnsweredWorld({ trust: { personServers: ['https://ps.example'] } })
    await outcomeOf(world)
    world.resource.purgeIssuer('https://ps.example')
    await outcomeOf(world)
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('forgets that an issuer was unreachable', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.misbehave('unreachable')
    await outcomeOf(world)
    world.net.personServer.behave()
    world.resource.purgeIssuer('https://ps.example')
    expect(await outcomeOf(world)).toBe('accepted')
  })

  it('forgets an issuer in every role', async () => {
    const world = await makeAnsweredWorld()
    const { agent, net } = world
    const person = await net.issuer('person-server', 'https://agent.example')
    const tokens = [await agent.agentToken(), await person.personToken(agent, { key: net.agentProvider.key })]
    for (const token of tokens) await outcomeOf(world, token)
    world.resource.purgeIssuer('https://agent.example')
    const before = world.asked.length
    for (const token of tokens) await outcomeOf(world, token)
    expect(world.asked.slice(before)).toEqual([
      agentMetadata,
      agentKeys,
      'https://agent.example/.well-known/aauth-person.json',
      agentKeys,
    ])
  })

  it.each([0, 1, 2])('leaves other issuers alone, whichever was fetched first (%i)', async (purged) => {
    const world = await makeAnsweredWorld()
    const ids = ['https://n0.example', 'https://n1.example', 'https://n2.example']
    const tokens = await Promise.all(ids.map((id) => unlistedToken(world, id)))
    for (const token of tokens) await outcomeOf(world, token)
    world.resource.purgeIssuer(ids[purged] as string)
    const before = world.asked.length
    for (const token of tokens) await outcomeOf(world, token)
    expect(world.asked.slice(before)).toEqual([
      `${ids[purged]}/.well-known/aauth-person.json`,
      `${ids[purged]}/jwks.json`,
    ])
  })

  describe('during a fetch that began before it', () => {
    /** A token, and its issuer's key withdrawn, purged, and the old keys arriving after that. */
    async function purgeAmidRenewal(): Promise<[AnsweredWorld, string]> {
      const world = await makeAnsweredWorld()
      const token = await world.agent.personToken()
      await outcomeOf(world, token)
      world.net.clock.advance(480)
      const open = world.hold(personMetadata)
      await outcomeOf(world, token)
      world.resource.purgeIssuer('https://ps.example')
      open()
      await settled()
      world.release(personMetadata)
      await world.net.personServer.rotate({ withdraw: true })
      return [world, token]
    }

    it('does not let that fetch bring the keys back [I26]', async () => {
      const [world, token] = await purgeAmidRenewal()
      expect(await outcomeOf(world, token)).not.toBe('accepted')
      world.net.clock.advance(60)
      expect([await outcomeOf(world, token), await outcomeOf(world)]).toEqual(['unknown_key', 'accepted'])
    })

    it('does not accept the requests that wait for that fetch with its keys [I26]', async () => {
      const world = await makeAnsweredWorld()
      const open = world.hold(personKeys)
      const waiting = outcomeOf(world)
      await until(() => world.asked.length === 2)
      world.resource.purgeIssuer('https://ps.example')
      open()
      expect(await waiting).toBe('server_error')
    })

    it('does not accept them even when unlisted issuers evicted that issuer meanwhile [I26]', async () => {
      const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 1 } })
      const open = world.hold(personKeys)
      const waiting = outcomeOf(world)
      await until(() => world.asked.length === 2)
      await outcomeOf(world, madeUpToken(world, 'https://n1.example'))
      world.resource.purgeIssuer('https://ps.example')
      open()
      expect(await waiting).toBe('server_error')
    })

    it('does not make new keys wait for that fetch [I26]', async () => {
      const [world] = await purgeAmidRenewal()
      expect(await outcomeOf(world)).toBe('accepted')
    })
  })
})
