import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { granted, verdict } from './watched.ts'

const digest = (name: string): string => name.padEnd(43, 'A')
const here = 'https://ps.example'

/** A resource that remembers two terminations of one person server. */
const named = {
  limits: { tombstones: 2 },
  trust: { agentProviders: 'any', personServers: [here, 'https://other-ps.example'] },
} as const

async function fullWorld(options: Parameters<typeof makeWorld>[0] = named): Promise<World> {
  const world = await makeWorld(options)
  await world.resource.missions.terminate({ approver: here, s256: digest('one') })
  await world.resource.missions.terminate({ approver: here, s256: digest('two') })
  return world
}

const overflow = ({ resource }: World): Promise<void> =>
  resource.missions.terminate({ approver: here, s256: digest('three') })

const call = async (world: World, name: string): Promise<string> =>
  verdict(world.call(await world.agent.authToken(granted({ mission: digest(name) }))))

describe('a person server that has used up its tombstones', () => {
  it('makes the termination of one more mission reject with a RangeError', async () => {
    await expect(overflow(await fullWorld())).rejects.toBeInstanceOf(RangeError)
  })

  it.each(['one', 'two'])('has no tombstone evicted: %s [L08]', async (name) => {
    const world = await fullWorld()
    await overflow(world).catch(() => undefined)
    expect(await call(world, name)).toBe('403 mission_terminated')
  })

  it('may terminate the same missions again', async () => {
    const world = await fullWorld()
    await world.resource.missions.terminate({ approver: here, s256: digest('one') })
    expect(await call(world, 'live')).toBe('200')
  })

  it('is served until one more mission is terminated', async () => {
    expect(await call(await fullWorld(), 'live')).toBe('200')
  })

  it.each(['three', 'live'])(
    'has its other missions refused with 503 and Retry-After after that: %s',
    async (name) => {
      const world = await fullWorld()
      await overflow(world).catch(() => undefined)
      expect(await call(world, name)).toBe('503 server_error 60')
    },
  )

  it('is reported to the operator', async () => {
    const world = await fullWorld()
    await overflow(world).catch(() => undefined)
    await call(world, 'live')
    expect(world.refusals.map(({ hint }) => hint)).toEqual([
      `the tombstones of "${here}" are full: raise "limits.tombstones", or use "stores.tombstones", or give monitorMissions a "source"`,
    ])
  })

  it('has missions with the status unknown', async () => {
    const world = await fullWorld()
    await overflow(world).catch(() => undefined)
    const status = world.resource.missions.status({ approver: here, s256: digest('live') })
    expect(await status).toEqual({ status: 'unknown' })
  })

  it('has its tokens without a mission accepted', async () => {
    const world = await fullWorld()
    await overflow(world).catch(() => undefined)
    expect(await verdict(world.call(await world.agent.authToken({ scope: 'access' })))).toBe('200')
  })

  it('does not affect another person server', async () => {
    const world = await fullWorld()
    await overflow(world).catch(() => undefined)
    const personServer = await world.net.issuer('person-server', 'https://other-ps.example')
    const token = await world.agent.authToken(granted(), personServer)
    expect(await verdict(world.call(token))).toBe('200')
    await world.resource.missions.terminate({ approver: personServer.id, s256: granted().mission as string })
    expect(await verdict(world.call(token))).toBe('403 mission_terminated')
  })
})

describe('unlisted person servers', () => {
  const open = { limits: { tombstones: 2 }, trust: 'any' } as const

  it('have a limit each', async () => {
    const world = await fullWorld(open)
    await expect(overflow(world)).rejects.toBeInstanceOf(RangeError)
    const other = { approver: 'https://unlisted.example', s256: digest('one') }
    await expect(world.resource.missions.terminate(other)).resolves.toBeUndefined()
  })

  it('do not use up the places of a listed person server', async () => {
    const trust = { agentProviders: 'any', personServers: [here] } as const
    const world = await makeWorld({ limits: { tombstones: 1_000_000 }, trust })
    const { missions } = world.resource
    let taken = 0
    try {
      for (; taken < 200_000; taken++)
        await missions.terminate({ approver: 'https://unlisted.example', s256: digest(String(taken)) })
    } catch {
      // No place is left.
    }
    expect(taken).toBe(95_239)
    await expect(missions.terminate({ approver: here, s256: digest('one') })).resolves.toBeUndefined()
  })
})
