import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { agentMetadata, answerWith, makeAnsweredWorld, personKeys, personMetadata } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

describe('a key counts only', () => {
  it('for the issuer that publishes it, and another may use the same kid [F21, JWT-11]', async () => {
    const world = await makeAnsweredWorld()
    const { net, agent } = world
    const other = await net.issuer('person-server', 'https://other.example')
    expect(await outcomeOf(world, other.personToken(agent))).toBe('accepted')
    expect(other.key.kid).toBe(net.personServer.key.kid)
    expect(await outcomeOf(world, agent.personToken({ key: other.key }))).toBe('invalid_jwt')
    expect(await outcomeOf(world, other.personToken(agent, { key: net.personServer.key }))).toBe(
      'invalid_jwt',
    )
  })

  it('at the host that publishes it, so nobody can point at the keys of another [I27, I06]', async () => {
    const world = await makeAnsweredWorld()
    const { net, agent } = world
    const other = await net.issuer('person-server', 'https://other.example')
    const metadata = { issuer: 'https://other.example', jwks_uri: personKeys }
    world.answer('https://other.example/.well-known/aauth-person.json', answerWith(JSON.stringify(metadata)))
    expect(await outcomeOf(world)).toBe('accepted')
    const forged = other.personToken(agent, { key: net.personServer.key })
    expect(await outcomeOf(world, forged)).toBe('invalid_jwt')
    expect(world.asked.filter((url) => url === personKeys)).toEqual([personKeys])
  })

  it('in the role it is published for, even on one origin [I28]', async () => {
    const world = await makeAnsweredWorld()
    const { net, agent } = world
    const origin = 'https://agent.example'
    const personServer = await net.issuer('person-server', origin)
    const personKey = await makeKey('the person server', 'key-1', 'Ed25519')
    const metadata = { issuer: origin, jwks_uri: `${origin}/person-jwks.json` }
    world.answer(`${origin}/.well-known/aauth-person.json`, answerWith(JSON.stringify(metadata)))
    const keys = [{ ...personKey.jwk, kid: 'key-1' }]
    world.answer(`${origin}/person-jwks.json`, answerWith(JSON.stringify({ keys })))

    expect(await outcomeOf(world, agent.agentToken())).toBe('accepted')
    expect(await outcomeOf(world, personServer.personToken(agent, { key: personKey }))).toBe('accepted')
    const ofTheProvider = personServer.personToken(agent, { key: net.agentProvider.key })
    expect(await outcomeOf(world, ofTheProvider)).toBe('invalid_jwt')
    expect(await outcomeOf(world, agent.agentToken({ key: personKey }))).toBe('invalid_jwt')
    expect(world.asked.slice(0, 4)).toEqual([
      agentMetadata,
      `${origin}/jwks.json`,
      `${origin}/.well-known/aauth-person.json`,
      `${origin}/person-jwks.json`,
    ])
  })

  it('in its role, whether or not the other role was fetched before [I28]', async () => {
    const world = await makeAnsweredWorld()
    const { net, agent } = world
    const accessServer = await net.issuer('access-server', 'https://ps.example')
    expect(await outcomeOf(world)).toBe('accepted')
    expect(await outcomeOf(world, agent.authToken({}, accessServer))).toBe('invalid_jwt')
    expect(world.asked).toEqual([personMetadata, personKeys])
  })
})

describe('legacy algorithms of issuer keys, while drafts 01 to 10 are served', () => {
  it.each(['no-alg', 'polymorphic-alg'] as const)(
    '%s is accepted for an agent token [JWT-12, KEY-9]',
    async (how) => {
      const world = await makeAnsweredWorld()
      world.net.agentProvider.misbehave(how)
      expect(await outcomeOf(world, world.agent.agentToken())).toBe('accepted')
    },
  )

  it.each(['no-alg', 'polymorphic-alg'] as const)(
    '%s is accepted for no token once they are switched off [JWT-12, KEY-8]',
    async (how) => {
      const world = await makeAnsweredWorld({ generations: ['person-token'] })
      world.net.agentProvider.misbehave(how)
      expect(await outcomeOf(world, world.agent.agentToken())).toBe('invalid_jwt')
    },
  )

  it.each(['no-alg', 'polymorphic-alg'] as const)(
    '%s is accepted for an auth token of drafts 01 to 10 and for none of draft 11 [JWT-12, KEY-8, KEY-9]',
    async (how) => {
      const world = await makeAnsweredWorld()
      const { net, agent } = world
      net.personServer.misbehave(how)
      expect([
        await outcomeOf(world, agent.authToken({ generation: 'mission-header' })),
        await outcomeOf(world, agent.authToken()),
      ]).toEqual(['accepted', 'invalid_jwt'])
    },
  )

  it('an agent token of alg EdDSA verifies with a key of alg Ed25519 [JWT-3, KEY-9]', async () => {
    const world = await makeAnsweredWorld()
    expect(await outcomeOf(world, world.agent.agentToken({ header: { alg: 'EdDSA' } }))).toBe('accepted')
  })
})
