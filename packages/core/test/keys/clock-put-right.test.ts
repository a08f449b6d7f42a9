import { describe, expect, it } from 'vitest'
import { flight, makeAnsweredWorld } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { unlistedToken } from './unlisted-tokens.ts'

const trusts = [
  ['listed', { personServers: ['https://ps.example'] }],
  ['not listed', 'any'],
] as const

describe.each(trusts)('after the clock was a day ahead, keys of an issuer that is %s', (_, trust) => {
  it.each([0, 2, 12, 23])(
    'are fetched again, %i hours after it was corrected [R11-123, I26]',
    async (hours) => {
      const world = await makeAnsweredWorld({ trust })
      const { personServer, clock } = world.net
      clock.advance(86_400)
      const { key } = personServer
      await outcomeOf(world)
      clock.advance(-86_390)
      await personServer.rotate({ withdraw: true })
      clock.advance(hours * 3600)
      expect([await outcomeOf(world, world.agent.personToken({ key })), await outcomeOf(world)]).toEqual([
        'unknown_key',
        'accepted',
      ])
      expect(world.asked).toEqual([...flight, ...flight])
    },
  )

  it('are not used when they cannot be fetched again, because their age is unknown [R11-123]', async () => {
    const world = await makeAnsweredWorld({ trust })
    world.net.clock.advance(86_400)
    await outcomeOf(world)
    world.net.clock.advance(-86_390)
    world.net.personServer.misbehave('unreachable')
    expect(await outcomeOf(world)).toBe('server_error')
  })

  it('do not keep verified tokens alive that depend on them [I26]', async () => {
    const world = await makeAnsweredWorld({ trust })
    const token = await world.agent.personToken({ claims: { exp: world.net.clock.now() + 3600 } })
    world.net.clock.advance(1000)
    await outcomeOf(world, token)
    world.net.clock.advance(-900)
    await world.net.personServer.rotate({ withdraw: true })
    expect(await outcomeOf(world, token)).toBe('unknown_key')
  })

  it('do not wait for a back-off that was recorded in the future [R11-126]', async () => {
    const world = await makeAnsweredWorld({ trust })
    world.net.clock.advance(86_400)
    world.net.personServer.misbehave('unreachable')
    await outcomeOf(world)
    world.net.clock.advance(-86_390)
    world.net.personServer.behave()
    expect(await outcomeOf(world)).toBe('accepted')
  })
})

it('after the clock was a day ahead, places that were taken then are free [I19]', async () => {
  const world = await makeAnsweredWorld()
  world.net.clock.advance(86_400)
  for (let n = 0; n < 16; n++) {
    const id = `https://n${n}.example`
    world.answer(`${id}/.well-known/aauth-person.json`, () => new Promise(() => undefined))
    void outcomeOf(world, await unlistedToken(world, id))
  }
  while (world.asked.length < 16) await new Promise((resolve) => setImmediate(resolve))
  world.net.clock.advance(-86_390)
  expect(await outcomeOf(world)).toBe('accepted')
  world.resource.close()
})
