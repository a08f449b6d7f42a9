import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { makeProcesses } from './processes.ts'
import { active, digest, down, granted, terminated, verdict, type WatchedWorld } from './watched.ts'

const here = 'https://ps.example'
const there = 'https://other-ps.example'
const options = {
  limits: { tombstones: 1 },
  trust: { agentProviders: 'any', personServers: [here, there] },
} as const

/** A resource that could not record the termination of mission 2. */
async function makeFull(): Promise<World> {
  const world = await makeWorld(options)
  const end = (approver: string, s256: string) => world.resource.missions.terminate({ approver, s256 })
  await end(here, digest(1))
  await expect(end(here, digest(2))).rejects.toBeInstanceOf(RangeError)
  return world
}

const call = async (world: World, name: number): Promise<string> =>
  verdict(world.call(await world.agent.authToken(granted({ mission: digest(name) }))))

describe('clearFull()', () => {
  it('lets missions pass whose person server had no space for terminations [MISS-9]', async () => {
    const world = await makeFull()
    expect(await call(world, 3)).toBe('503 server_error 60')
    await world.resource.missions.clearFull(here)
    expect(await call(world, 3)).toBe('200')
  })

  it('leaves recorded terminations in place, and forgets those that were refused [MISS-9]', async () => {
    const world = await makeFull()
    await world.resource.missions.clearFull(here)
    expect([await call(world, 1), await call(world, 2)]).toEqual(['403 mission_terminated', '200'])
  })

  it('leaves other person servers full', async () => {
    const world = await makeFull()
    await world.resource.missions.clearFull(there)
    expect(await call(world, 3)).toBe('503 server_error 60')
  })

  it('does not prevent the person server from being full again', async () => {
    const world = await makeFull()
    await world.resource.missions.clearFull(here)
    const again = world.resource.missions.terminate({ approver: here, s256: digest(2) })
    await expect(again).rejects.toBeInstanceOf(RangeError)
    expect(await call(world, 3)).toBe('503 server_error 60')
  })

  it('calls a shared store once, with the person server', async () => {
    const { shared, processes } = await makeProcesses(1)
    await processes[0]?.resource.missions.clearFull(here)
    expect(shared.sent()).toEqual(['tombstones.clearFull'])
  })

  it('rejects with a TypeError when the store has no such method', async () => {
    const { stores } = makeSharedStores()
    const { resource } = await makeWorld({
      stores: { tombstones: Object.assign(stores.tombstones, { clearFull: undefined }) },
    })
    await expect(resource.missions.clearFull(here)).rejects.toThrow(
      new TypeError('"stores.tombstones" has no method "clearFull": add it'),
    )
  })

  it('rejects with a TypeError for a text that is not a server identifier', async () => {
    const { resource } = await makeWorld()
    await expect(resource.missions.clearFull('https://ps.example/')).rejects.toThrow(TypeError)
  })

  it('rejects with server_error when the store fails', async () => {
    const shared = makeSharedStores()
    const { resource } = await makeWorld({ stores: shared.stores })
    shared.fail(['tombstones'], new Error('down'))
    await expect(resource.missions.clearFull(here)).rejects.toMatchObject({ status: 503 })
  })
})

describe('a person server without space for terminations, in two processes', () => {
  /** The store reports it as full, until clearFull is called. */
  async function makeShared() {
    const fleet = await makeProcesses(2)
    let isFull = true
    Object.assign(fleet.shared.stores.tombstones, {
      find: async () => (isFull ? 'full' : undefined),
      clearFull: async () => {
        isFull = false
      },
    })
    const [one, two] = fleet.processes as [WatchedWorld, WatchedWorld]
    return { ...fleet, one, two }
  }

  it('has the source queried for each request, by each process, although statuses are shared [MISS-9]', async () => {
    const { one, two, asked } = await makeShared()
    expect([await one.post(), await two.post(), await one.get()]).toEqual(['200', '200', '200'])
    expect(asked()).toEqual([2, 1])
  })

  it('has the source queried by a process that does not wait for the other one [MISS-9]', async () => {
    const { one, two } = await makeShared()
    one.says(() => new Promise(() => undefined))
    const asked = one.nextAsked()
    one.post().catch(() => undefined)
    await asked
    expect(await two.post()).toBe('200')
    expect(two.asked).toHaveLength(1)
  })

  it('has its missions refused by what the source says, and by its silence [MISS-9]', async () => {
    const { one, two } = await makeShared()
    one.says(() => terminated)
    two.says(down)
    expect([await one.post(), await two.get()]).toEqual(['403 mission_terminated', '503 server_error 3'])
  })

  it('has statuses shared again once one of them has called clearFull', async () => {
    const { one, two, asked } = await makeShared()
    one.says(() => active)
    await one.resource.missions.clearFull(here)
    expect([await two.post(), await one.post(), await two.post()]).toEqual(['200', '200', '200'])
    expect(asked()).toEqual([0, 1])
  })
})
