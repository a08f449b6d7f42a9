import { type MissionAnswer, monitorMissions } from '@aauth-guard/core/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import {
  active,
  digest,
  down,
  gate,
  makeWatchedWorld,
  settled,
  silent,
  type WatchedWorld,
} from './watched.ts'

const here = 'https://ps.example'
const elsewhere = 'https://other-ps.example'

const ask = async ({ resource }: WatchedWorld, name: number, approver = here): Promise<string> =>
  (await resource.missions.status({ approver, s256: digest(name) })).status
const askMany = (world: WatchedWorld, from: number, count: number, approver = here): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => ask(world, from + i, approver)))

describe('a person server that fails five times in a row', () => {
  async function failedWorld(): Promise<WatchedWorld> {
    const world = await makeWatchedWorld()
    world.says(silent)
    for (let i = 0; i < 5; i++) await ask(world, i)
    world.says(() => active)
    return world
  }

  it('is not called, and its other missions are unknown', async () => {
    const world = await failedWorld()
    expect(await ask(world, 5)).toBe('unknown')
    expect(world.asked).toHaveLength(5)
  })

  it('does not make a mission terminated: 503', async () => {
    const world = await failedWorld()
    expect([await world.post(), await world.get()]).toEqual(['503 server_error 3', '503 server_error 3'])
  })

  it('leaves safe methods its last answers', async () => {
    const world = await makeWatchedWorld()
    await world.get()
    world.net.clock.advance(30)
    world.says(silent)
    for (let i = 0; i < 5; i++) await ask(world, i)
    expect([await world.get(), await world.post()]).toEqual(['200', '503 server_error 3'])
    expect(world.asked).toHaveLength(6)
  })

  it('is called once after five seconds, however many requests arrive', async () => {
    const world = await failedWorld()
    world.net.clock.advance(5)
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const asked = world.nextAsked()
    const many = askMany(world, 5, 20)
    await asked
    await settled()
    said.open(active)
    expect((await many).filter((status) => status === 'active')).toHaveLength(1)
    expect(world.asked).toHaveLength(6)
  })

  it.each<[string, () => unknown]>([
    ['without a status', () => undefined],
    ['with an unknown status', () => ({ status: 'suspended' })],
    ['that the mission is unknown', down],
  ])('is not one that answers %s: it is called for the others', async (_title, says) => {
    const world = await makeWatchedWorld()
    world.says(says as () => MissionAnswer)
    await askMany(world, 0, 20)
    world.says(() => active)
    expect([await ask(world, 20), await world.post()]).toEqual(['active', '200'])
  })

  it('does not affect others', async () => {
    const world = await failedWorld()
    expect(await ask(world, 0, elsewhere)).toBe('active')
  })
})

describe('one person server', () => {
  it('is called 32 times concurrently, and other calls wait', async () => {
    const world = await makeWatchedWorld()
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const many = askMany(world, 0, 40)
    await settled()
    expect(world.asked).toHaveLength(32)
    said.open(active)
    expect(new Set(await many)).toEqual(new Set(['active']))
    expect(world.asked).toHaveLength(40)
  })

  it('has up to 1024 waiting calls, and others are unknown', async () => {
    const world = await makeWatchedWorld()
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const many = askMany(world, 0, 32 + 1024)
    expect(await askMany(world, 2000, 3)).toEqual(['unknown', 'unknown', 'unknown'])
    said.open(active)
    expect(new Set(await many)).toEqual(new Set(['active']))
  })

  it('does not delay calls to another one', async () => {
    const world = await makeWatchedWorld()
    const said = gate<MissionAnswer>()
    world.says(({ approver }) => (approver === here ? said.promise : active))
    const many = askMany(world, 0, 40)
    expect(await ask(world, 0, elsewhere)).toBe('active')
    said.open(active)
    await many
  })

  it('that never answers delays no request beyond the deadline', async () => {
    const world = await makeWatchedWorld()
    world.says(neverAnswers)
    expect(new Set(await askMany(world, 0, 100))).toEqual(new Set(['unknown']))
  })
})

describe('all person servers together', () => {
  it('are called 8192 times concurrently, and others are unknown [L08]', async () => {
    const world = await makeWatchedWorld({ deadline: 2000 })
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const servers = Array.from({ length: 8 }, (_, i) => `https://ps-${i}.example`)
    const many = servers.map((approver) => askMany(world, 0, 1024, approver))
    expect(await ask(world, 0, elsewhere)).toBe('unknown')
    said.open(active)
    expect(new Set((await Promise.all(many)).flat())).toEqual(new Set(['active']))
    world.net.clock.advance(3)
    expect(await ask(world, 0, elsewhere)).toBe('active')
  })
})

describe('the deadline of a source', () => {
  it('aborts the signal of its context', async () => {
    const signals: AbortSignal[] = []
    const source = (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      signals.push(signal)
      return neverAnswers()
    }
    const { resource } = await makeWorld({ missions: monitorMissions({ source, deadline: 100 }) })
    await resource.missions.status({ approver: here, s256: digest(0) })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
