import { type Auth, lifetimeOf } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { LifetimeRegistry } from '../../../src/resource/lifetimes.ts'
import { stateOf } from '../../../src/resource/state-of.ts'
import { useFakeTimeouts } from '../../limits/fake-timeouts.ts'
import { granted } from '../../missions/watched.ts'
import { endOf } from './ended.ts'

useFakeTimeouts()

const nothing = { open: 0, tokens: 0, missions: 0, seconds: 0 }
const sizesOf = ({ resource }: World) => (stateOf(resource).lifetimes as LifetimeRegistry | undefined)?.sizes

async function accepted(world: World, jti: string): Promise<Auth> {
  return world.call(await world.agent.authToken(granted({ claims: { jti } })))
}

describe('lifetimes of one token', () => {
  it('share one entry and one timer, even if two requests had the token [REV-11]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken(granted())
    lifetimeOf(await world.call(token))
    lifetimeOf(await world.call(token, { url: 'https://notes.example/other' }))
    expect(sizesOf(world)).toEqual({ open: 1, tokens: 1, missions: 1, seconds: 1 })
    expect(vi.getTimerCount()).toBe(1)
  })

  it('end each on its own when one is disposed, and together otherwise [REV-11]', async () => {
    const world = await makeWorld()
    const auth = await accepted(world, 'one')
    const [kept, disposed] = [lifetimeOf(auth), lifetimeOf(auth)]
    disposed[Symbol.dispose]()
    disposed[Symbol.dispose]()
    await world.resource.revoke(auth)
    expect([endOf(kept), endOf(disposed)]).toEqual(['revoked_jwt', 'open'])
  })

  it('leave no entry and no timer once the last is disposed [REV-11]', async () => {
    const world = await makeWorld()
    const auth = await accepted(world, 'one')
    const both = [lifetimeOf(auth), lifetimeOf(auth)]
    for (const lifetime of both) lifetime[Symbol.dispose]()
    expect([sizesOf(world), vi.getTimerCount()]).toEqual([nothing, 0])
  })

  it('leave no entry and no timer once they have ended [REV-11]', async () => {
    const world = await makeWorld()
    const auth = await accepted(world, 'one')
    const lifetime = lifetimeOf(auth)
    await world.resource.revoke(auth)
    lifetime[Symbol.dispose]()
    expect([sizesOf(world), vi.getTimerCount()]).toEqual([nothing, 0])
  })
})

describe('tokens without a requested lifetime', () => {
  it('have no timer and no entry', async () => {
    const world = await makeWorld()
    await accepted(world, 'one')
    expect([sizesOf(world), vi.getTimerCount()]).toEqual([undefined, 0])
  })

  it('are not mistaken for one that shares their jti but not their exp [A-05]', async () => {
    const world = await makeWorld()
    const short = await world.call(
      await world.agent.authToken(granted({ claims: { jti: 'twice', exp: now + 60 } })),
    )
    const long = await world.call(await world.agent.authToken(granted({ claims: { jti: 'twice' } })))
    const [first, second] = [lifetimeOf(short), lifetimeOf(long)]
    world.net.clock.advance(60)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([endOf(first), endOf(second)]).toEqual(['expired_jwt', 'open'])
  })
})

/** A registry with many tokens, none of which has to be issued. */
async function crowded(count: number) {
  const world = await makeWorld()
  const state = stateOf(world.resource)
  const registry = new LifetimeRegistry(state)
  state.lifetimes = registry
  const auth = await accepted(world, 'model')
  const { iss, exp } = auth
  const tokens = Array.from({ length: count }, (_, at) => {
    const claims = { kind: 'auth-token', iss, jti: `many-${at}`, exp: exp + (at % 7), mission }
    return { claims } as unknown as Parameters<LifetimeRegistry['add']>[0]
  })
  return { world, registry, tokens, handles: tokens.map((token) => registry.add(token)) }
}

describe('10 000 open connections', () => {
  it('take one entry each and one timer for all of them [REV-11]', async () => {
    const { registry } = await crowded(10_000)
    expect(registry.sizes).toEqual({ open: 10_000, tokens: 10_000, missions: 1, seconds: 7 })
    expect(vi.getTimerCount()).toBe(1)
  })

  it('are all removed when they are closed', async () => {
    const { registry, tokens, handles } = await crowded(10_000)
    for (const [at, handle] of handles.entries()) registry.remove(tokens[at] as (typeof tokens)[0], handle)
    expect([registry.sizes, vi.getTimerCount()]).toEqual([nothing, 0])
  })

  it('under one mission end within 100 ms, a tenth of them in one turn [REV-11]', async () => {
    const { world, registry, handles } = await crowded(10_000)
    const ended = () => handles.filter(({ controller }) => controller.signal.aborted).length
    await world.resource.missions.terminate(mission)
    const first = ended()
    await vi.advanceTimersByTimeAsync(100)
    expect([first, ended(), registry.sizes.open]).toEqual([1000, 10_000, 0])
  })

  it('of which one is disposed while the others end leave that one open', async () => {
    const { world, registry, tokens, handles } = await crowded(10_000)
    await world.resource.missions.terminate(mission)
    const last = handles.at(-1)
    if (last) registry.remove(tokens.at(-1) as (typeof tokens)[0], last)
    await vi.advanceTimersByTimeAsync(100)
    expect(last?.controller.signal.aborted).toBe(false)
  })
  it.each([
    ['are open', async () => undefined],
    ['are ending', (world: World) => world.resource.missions.terminate(mission)],
  ])('that %s all end at once when the resource is closed, and leave no timer', async (_, begin) => {
    const { world, handles } = await crowded(10_000)
    await begin(world)
    world.resource.close()
    expect(handles.filter(({ controller }) => !controller.signal.aborted)).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
