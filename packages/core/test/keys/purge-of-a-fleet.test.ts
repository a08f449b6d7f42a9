import { createResource, type Resource, type Stores } from '@aauth-guard/core'
import { now, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { granted, makeWatchedWorld } from '../missions/watched.ts'
import { type AnsweredWorld, flight, makeAnsweredWorld } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const ps = 'https://ps.example'
const shared = (): Stores => ({ revocations: new RevocationMemory(100, 100, () => now) })

/** The same resource in another process. */
function otherProcess({ net }: World, stores: Stores): Resource {
  return createResource({ issuer: net.resource, trust: 'any', fetch: net.fetch, now: net.clock.now, stores })
}

/** Keys were fetched here, then withdrawn by their issuer, which was purged in another process. */
async function purgedElsewhere(): Promise<{
  world: AnsweredWorld
  known: string
  forged: () => Promise<string>
}> {
  const stores = shared()
  const world = await makeAnsweredWorld({ stores })
  const { personServer } = world.net
  const { key } = personServer
  const known = await world.agent.personToken()
  await outcomeOf(world, known)
  await personServer.rotate({ withdraw: true })
  await otherProcess(world, stores).purgeIssuer(ps)
  return { world, known, forged: () => world.agent.personToken({ key }) }
}

describe('an issuer that another process has purged', () => {
  it('has its keys fetched again for a token signed since with a withdrawn key [I26]', async () => {
    const { world, forged } = await purgedElsewhere()
    expect(await outcomeOf(world, forged())).toBe('unknown_key')
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('has them fetched again, once, for a known token of the same second [I26]', async () => {
    const { world, known } = await purgedElsewhere()
    const outcomes = [await outcomeOf(world, known)]
    for (let n = 0; n < 3; n++) outcomes.push(await outcomeOf(world))
    expect(outcomes).toEqual(['unknown_key', 'accepted', 'accepted', 'accepted'])
    expect(world.asked).toEqual([...flight, ...flight])
  })

  it('has the status of its missions fetched again, whoever issued the token that carries one [MISS-9]', async () => {
    const stores = shared()
    const world = await makeWatchedWorld({}, { stores, accessServer: 'https://as.example' })
    const token = await world.agent.authToken(granted(), world.net.accessServer)
    expect([await world.post({ token }), await world.post({ token })]).toEqual(['200', '200'])
    expect(world.asked).toHaveLength(1)
    await otherProcess(world, stores).purgeIssuer(ps)
    // A status from the second of the purge does not count.
    world.net.clock.advance(1)
    expect([await world.post({ token }), await world.post({ token })]).toEqual(['200', '200'])
    expect(world.asked).toHaveLength(2)
  })
})
