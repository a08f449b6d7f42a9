import { describe, expect, it } from 'vitest'
import { type AnsweredWorld, makeAnsweredWorld, personMetadata, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { madeUpToken, unlistedToken } from './unlisted-tokens.ts'

/** Issuers that publish keys, fetched one after the other as fast as the limit for first contacts lets them. */
async function meet(world: AnsweredWorld, ids: readonly string[]): Promise<void> {
  for (const [n, id] of ids.entries()) {
    if (n % 10 === 9) world.net.clock.advance(1)
    expect(await outcomeOf(world, unlistedToken(world, id))).toBe('accepted')
  }
}

const named = (count: number, domain: string): string[] =>
  Array.from({ length: count }, (_, n) => `https://n${n}${domain}`)
const timesAsked = ({ asked }: AnsweredWorld, id = 'https://ps.example'): number =>
  asked.filter((url) => url === `${id}/.well-known/aauth-person.json`).length

describe('an unlisted issuer', () => {
  it('is not evicted by one domain with any number of hosts, however new it is [I19, R11-127]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 8 } })
    await outcomeOf(world)
    await meet(world, named(50, '.evil.example'))
    expect([await outcomeOf(world), timesAsked(world)]).toEqual(['accepted', 1])
  })

  it('is evicted by as many domains while it is new [R11-127]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 8 } })
    await outcomeOf(world)
    await meet(world, named(4, '.example'))
    expect(await outcomeOf(world)).toBe('server_error')
  })

  it('is not evicted by any number of domains once it has been in use for five minutes [I19]', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 8 } })
    await outcomeOf(world)
    world.net.clock.advance(300)
    await outcomeOf(world)
    await meet(world, named(50, '.example'))
    expect([await outcomeOf(world), timesAsked(world)]).toEqual(['accepted', 1])
  })

  it('still counts as new when it was first seen five minutes ago and not used since', async () => {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 8 } })
    await outcomeOf(world)
    world.net.clock.advance(300)
    await meet(world, named(4, '.example'))
    expect(await outcomeOf(world)).toBe('accepted')
    expect(timesAsked(world)).toBe(2)
  })
})

describe('when all places of established issuers are taken', () => {
  /** ps.example is established, and the only one that can be. */
  async function makeFullWorld(): Promise<AnsweredWorld> {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 2 } })
    await outcomeOf(world)
    world.net.clock.advance(300)
    await outcomeOf(world)
    return world
  }
  const later = 'https://n1.example'

  it.each([5, 90])(
    'a later issuer stays on probation while the others are in use, for %d minutes [I19]',
    async (minutes) => {
      const world = await makeFullWorld()
      await meet(world, [later])
      for (let minute = 0; minute < minutes; minute++) {
        world.net.clock.advance(60)
        await outcomeOf(world)
        await outcomeOf(world, unlistedToken(world, later))
      }
      const [asked, laterAsked] = [timesAsked(world), timesAsked(world, later)]
      await meet(world, ['https://n2.example'])
      expect([await outcomeOf(world), timesAsked(world)]).toEqual(['accepted', asked])
      await outcomeOf(world, unlistedToken(world, later))
      expect(timesAsked(world, later)).toBe(laterAsked + 1)
    },
  )

  /** Its place has gone to another, and then its record as well. */
  async function makeReturnedWorld(): Promise<AnsweredWorld> {
    const world = await makeFullWorld()
    await meet(world, [later])
    world.net.clock.advance(3600)
    await outcomeOf(world, unlistedToken(world, later))
    await meet(world, ['https://n2.example'])
    world.net.clock.advance(60)
    return world
  }

  it('an issuer that was not used for an hour gives up its place [R11-127]', async () => {
    const world = await makeReturnedWorld()
    const asked = timesAsked(world, later)
    await meet(world, ['https://n3.example'])
    expect([await outcomeOf(world, unlistedToken(world, later)), timesAsked(world, later)]).toEqual([
      'accepted',
      asked,
    ])
  })

  it('even for an issuer that found no place the first time [R11-127]', async () => {
    const world = await makeFullWorld()
    await meet(world, [later])
    world.net.clock.advance(300)
    await outcomeOf(world, unlistedToken(world, later))
    world.net.clock.advance(3600)
    await outcomeOf(world, unlistedToken(world, later))
    const asked = timesAsked(world, later)
    await meet(world, ['https://n2.example', 'https://n3.example'])
    expect([await outcomeOf(world, unlistedToken(world, later)), timesAsked(world, later)]).toEqual([
      'accepted',
      asked,
    ])
  })

  it('an issuer that was last used while the clock was ahead gives up its place [C12]', async () => {
    const world = await makeFullWorld()
    world.net.clock.advance(86_400)
    await outcomeOf(world)
    world.net.clock.advance(-86_400)
    await meet(world, [later])
    world.net.clock.advance(300)
    await outcomeOf(world, unlistedToken(world, later))
    const asked = timesAsked(world, later)
    await meet(world, ['https://n2.example', 'https://n3.example'])
    expect([await outcomeOf(world, unlistedToken(world, later)), timesAsked(world, later)]).toEqual([
      'accepted',
      asked,
    ])
  })

  it('an established issuer is fetched when it comes back, although new ones have used up the rate [I19]', async () => {
    const world = await makeReturnedWorld()
    for (const id of named(41, '.made-up.test')) await outcomeOf(world, madeUpToken(world, id))
    for (const id of named(41, '-made-up.test')) await outcomeOf(world, madeUpToken(world, id))
    expect(await outcomeOf(world, madeUpToken(world, 'https://new.test'))).toBe('server_error')
    const before = world.asked.length
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked[before]).toBe(personMetadata)
  })
})

describe('when one domain has all places of established issuers', () => {
  const first = 'https://a.evil.example'

  async function makeTakenWorld(): Promise<AnsweredWorld & { readonly token: string }> {
    const world = await makeAnsweredWorld({ limits: { unlistedIssuers: 4 } })
    const token = await unlistedToken(world, first)
    const tokens = [token, await unlistedToken(world, 'https://b.evil.example')]
    const useAll = async (): Promise<void> => {
      for (const one of tokens) await outcomeOf(world, one)
    }
    await useAll()
    world.net.clock.advance(300)
    await useAll()
    await outcomeOf(world)
    world.net.clock.advance(200)
    await useAll()
    await settled()
    world.net.clock.advance(100)
    await outcomeOf(world)
    return { ...world, token }
  }

  it('an issuer of another domain still gets a place [I19, R11-127]', async () => {
    const world = await makeTakenWorld()
    await meet(world, named(3, '.example'))
    expect([await outcomeOf(world), timesAsked(world)]).toEqual(['accepted', 1])
  })

  it('the issuer that gives up its place is on probation again and not forgotten [R11-127]', async () => {
    const world = await makeTakenWorld()
    const asked = timesAsked(world, first)
    expect([await outcomeOf(world, world.token), timesAsked(world, first)]).toEqual(['accepted', asked])
  })
})
