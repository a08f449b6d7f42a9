import { describe, expect, it } from 'vitest'
import { flight, makeAnsweredWorld, personKeys, personMetadata, settled, until } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

describe('when an issuer rotates its keys', () => {
  it('tokens under the old key and the new one are accepted, with one request [R11-125]', async () => {
    const world = await makeAnsweredWorld()
    const old = await world.agent.personToken()
    await outcomeOf(world, old)
    await world.net.personServer.rotate()
    world.net.clock.advance(60)
    const outcomes: string[] = []
    for (const token of [await world.agent.personToken(), old, await world.agent.personToken(), old])
      outcomes.push(await outcomeOf(world, token))
    expect(outcomes).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('the new key is accepted once a minute is over, and never sooner [R11-124]', async () => {
    const world = await makeAnsweredWorld()
    await outcomeOf(world)
    const seen: string[] = []
    for (let round = 0; round < 3; round++) {
      await world.net.personServer.rotate()
      world.net.clock.advance(30)
      seen.push(await outcomeOf(world))
      world.net.clock.advance(30)
      seen.push(await outcomeOf(world))
    }
    expect(seen).toEqual(['unknown_key', 'accepted', 'unknown_key', 'accepted', 'unknown_key', 'accepted'])
  })

  it('the fetch for one token invalidates the tokens of a withdrawn key [I26]', async () => {
    const world = await makeAnsweredWorld()
    const old = await world.agent.personToken()
    await outcomeOf(world, old)
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(60)
    expect([await outcomeOf(world), await outcomeOf(world, old)]).toEqual(['accepted', 'unknown_key'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it.each([
    ['for its metadata', personMetadata],
    ['for its keys', personKeys],
  ])('a second token under the new key joins the request %s that is under way [JWKS-7]', async (_, url) => {
    let admitted = 0
    const world = await makeAnsweredWorld({ trust: { personServers: () => ++admitted > 0 } })
    await outcomeOf(world)
    await world.net.personServer.rotate()
    world.net.clock.advance(60)
    const open = world.hold(url)
    const first = outcomeOf(world)
    await until(() => world.asked.at(-1) === url)
    const second = outcomeOf(world)
    await until(() => admitted === 3)
    await settled()
    open()
    expect(await Promise.all([first, second])).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it.each([
    ['for its metadata', personMetadata],
    ['for its keys', personKeys],
  ])('a second token under a key changed in place joins the request %s [JWKS-7, R11-125]', async (_, url) => {
    let admitted = 0
    const world = await makeAnsweredWorld({ trust: { personServers: () => ++admitted > 0 } })
    await outcomeOf(world)
    await world.net.personServer.rekey()
    world.net.clock.advance(60)
    const open = world.hold(url)
    const first = outcomeOf(world)
    await until(() => world.asked.at(-1) === url)
    const second = outcomeOf(world)
    await until(() => admitted === 3)
    await settled()
    open()
    expect(await Promise.all([first, second])).toEqual(['accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })
})
