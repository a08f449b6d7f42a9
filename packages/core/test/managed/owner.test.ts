import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { isSameOwner, type Owner, ownerDigest, ownerId, ownerOf, quotaId } from '../../src/managed/owner.ts'
import { authFor, ownerFor, resource, s256 } from './owners.ts'

/** Expects that the digest says what the comparison says, and returns both as one. */
async function isSame(owner: Owner, caller: Owner): Promise<boolean> {
  const same = isSameOwner(owner, caller)
  // The digest knows no key of an agent, and is the same only for the same owner.
  expect((await ownerDigest(owner)) === (await ownerDigest(caller))).toBe(same)
  return same
}

describe('the owner of what is made for an agent token', () => {
  it('is the same agent with a new key', async () => {
    const world = await makeWorld()
    const next = await world.net.agent({ runtime: 'next' })
    const owner = await ownerFor(world, await world.agent.agentToken())
    const caller = await ownerFor(world, await next.agentToken(), next)
    expect(owner.thumbprint).not.toBe(caller.thumbprint)
    expect(await isSame(owner, caller)).toBe(true)
    expect(await ownerId(owner)).toBe(await ownerId(caller))
  })

  it('is no other agent, of its provider or of another', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.agentToken())
    const second = await world.net.agent({ name: 'second' })
    const provider = await world.net.issuer('agent-provider', 'https://other-agent.example')
    const foreign = await world.net.agent({ provider })
    for (const agent of [second, foreign]) {
      const caller = await ownerFor(world, await agent.agentToken(), agent)
      expect(await isSame(owner, caller)).toBe(false)
      expect(await ownerId(owner)).not.toBe(await ownerId(caller))
    }
  })

  it('is not a person for whom the agent acts with the same key', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.agentToken())
    for (const token of [await world.agent.personToken(), await world.agent.authToken({ scope: 'access' })])
      expect(await isSame(owner, await ownerFor(world, token))).toBe(false)
  })
})

describe('the owner of what is made for a person', () => {
  it('is the same with a person token and an auth token of one key', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.personToken())
    const caller = await ownerFor(world, await world.agent.authToken({ scope: 'access' }))
    expect(await isSame(owner, caller)).toBe(true)
    expect(await ownerId(owner)).toBe(await ownerId(caller))
  })

  it.each(['person-token', 'mission-header'] as const)(
    'is another one with another key, in the %s generation',
    async (generation) => {
      const world = await makeWorld()
      const next = await world.net.agent({ runtime: 'next' })
      const grant = { generation, scope: 'access' }
      const owner = await ownerFor(world, await world.agent.authToken(grant))
      const caller = await ownerFor(world, await next.authToken(grant), next)
      expect(await isSame(owner, caller)).toBe(false)
      expect(await ownerId(owner)).not.toBe(await ownerId(caller))
    },
  )

  it('is another one in each generation, for each person, tenant, person server and mission', async () => {
    const world = await makeWorld()
    const { agent, net } = world
    const other = await net.issuer('person-server', 'https://other-ps.example')
    const elsewhere = await net.agent({ personServer: other })
    const owners = await Promise.all([
      ownerFor(world, await agent.authToken({ scope: 'access' })),
      ownerFor(world, await agent.authToken({ scope: 'access', generation: 'mission-header' })),
      ownerFor(world, await agent.authToken({ scope: 'access', sub: 'another person' })),
      ownerFor(world, await agent.authToken({ scope: 'access', tenant: 'https://tenant.example' })),
      ownerFor(world, await agent.authToken({ scope: 'access', mission: s256 })),
      ownerFor(world, await elsewhere.authToken({ scope: 'access' }), elsewhere),
    ])
    for (const [i, owner] of owners.entries())
      for (const [j, caller] of owners.entries()) expect(await isSame(owner, caller)).toBe(i === j)
  })

  it('is another one of another class or resource', async () => {
    const world = await makeWorld({ trust: listed })
    const auth = await authFor(
      world,
      await world.agent.authToken({ scope: 'access', generation: 'mission-header' }),
    )
    const owner = ownerOf(resource, auth)
    expect(owner.class).toBe('https://agent.example')
    expect(await isSame(owner, ownerOf(resource, { ...auth, class: undefined } as never))).toBe(false)
    expect(await isSame(owner, ownerOf('https://mail.example', auth))).toBe(false)
    expect(await ownerId(owner)).not.toBe(await ownerId(ownerOf('https://mail.example', auth)))
  })

  it('is another one in another generation, and with an agent that another server names', async () => {
    const world = await makeWorld()
    const auth = await authFor(
      world,
      await world.agent.authToken({ scope: 'access', generation: 'mission-header' }),
    )
    const { sub: _, ...withoutPerson } = auth as typeof auth & { readonly sub?: string }
    const owner = ownerOf(resource, withoutPerson as never)
    expect(owner.person).toBe(null)
    const elsewhere = { ...withoutPerson, iss: 'https://other-ps.example' }
    expect(await isSame(owner, ownerOf(resource, elsewhere as never))).toBe(false)
    expect(await isSame(owner, { ...owner, generation: 'person-token' })).toBe(false)
    expect(await isSame(owner, { ...owner })).toBe(true)
  })

  it('has one id under all missions', async () => {
    const world = await makeWorld()
    const plain = await ownerFor(world, await world.agent.authToken({ scope: 'access' }))
    const under = await ownerFor(world, await world.agent.authToken({ scope: 'access', mission: s256 }))
    expect(await ownerId(plain)).toBe(await ownerId(under))
  })

  it('has one quota under all missions and with all keys, and no other person has it', async () => {
    const world = await makeWorld()
    const next = await world.net.agent({ runtime: 'next' })
    const quotaOf = async (grant: Grant, agent = world.agent): Promise<string> =>
      quotaId(await ownerFor(world, await agent.personToken(grant), agent))
    const own = await quotaOf({})
    expect(await quotaOf({ mission: s256 })).toBe(own)
    expect(await quotaOf({}, next)).toBe(own)
    expect(await quotaOf({ sub: 'another person' })).not.toBe(own)
    expect(await quotaOf({ tenant: 'https://tenant.example' })).not.toBe(own)
  })

  it('has a quota for each key if nothing else is known of the caller', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.personToken())
    const unknown = { ...owner, person: null }
    expect(await quotaId(unknown)).not.toBe(await quotaId({ ...unknown, thumbprint: 'another key' }))
  })

  it('is not changed with what it was made of, and says nothing of claims that grant', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.authToken({ scope: 'access' }))
    expect(Object.isFrozen(owner)).toBe(true)
    expect(Object.keys(owner).sort()).toEqual(
      ['agent', 'class', 'generation', 'isAgent', 'mission', 'person', 'resource', 'thumbprint'].sort(),
    )
  })
})
