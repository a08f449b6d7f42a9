import { s256 } from '@aauth-guard/fixtures/missions'
import { describe, expect, it, vi } from 'vitest'
import { makeWatchedWorld, settled } from '../missions/watched.ts'
import { makeSharedStores, type SharedStores, type StoreName } from '../stores/shared-stores.ts'

const kinds: readonly StoreName[] = ['revocations', 'tombstones', 'statuses', 'links', 'replays']
const queries = ['links.find', 'revocations.find', 'statuses.get', 'tombstones.find']

async function makeScene() {
  const shared = makeSharedStores()
  const world = await makeWatchedWorld({ linkedKeys: 60 }, { stores: shared.stores, replay: 'auto' })
  return { ...world, shared }
}

/**
 * Waits until a request has sent these calls, while no store answers.
 * @returns a function that lets the stores answer, and returns the outcome and the calls that were sent afterwards
 */
async function sends(shared: SharedStores, call: () => Promise<string>, expected: readonly string[]) {
  const gates = kinds.map((kind) => shared.hold(kind))
  const outcome = call()
  await vi.waitFor(() => expect(shared.sent().sort()).toEqual([...expected].sort()), { timeout: 60_000 })
  await settled()
  const { length } = shared.events
  expect(length).toBe(expected.length)
  return async () => {
    for (const { open } of gates) open()
    return [await outcome, shared.sent().slice(length)] as const
  }
}

describe('the first request of a resource', () => {
  it('sends the queries and the clocks of all stores that it needs before any answers', async () => {
    const { shared, get } = await makeScene()
    const answer = await sends(shared, get, [
      ...queries,
      ...queries.map((query) => query.replace(/find|get/, 'now')),
    ])
    expect((await answer())[0]).toBe('200')
  })
})

describe('a request under a mission that is known to be active', () => {
  async function makeKnown() {
    const scene = await makeScene()
    expect(await scene.get()).toBe('200')
    scene.shared.events.splice(0)
    return scene
  }

  it('waits for all stores once: GET', async () => {
    const { shared, get } = await makeKnown()
    const answer = await sends(shared, get, queries)
    expect(await answer()).toEqual(['200', []])
  })

  it('marks its signature before the other stores have answered: POST with a nonce', async () => {
    const { shared, post } = await makeKnown()
    const marked = [...queries, 'replays.mark']
    const first = await sends(shared, () => post({ params: { nonce: 'm' } }), [...marked, 'replays.now'])
    expect(await first()).toEqual(['200', []])
    shared.events.splice(0)
    const answer = await sends(shared, () => post({ params: { nonce: 'n' } }), marked)
    expect(await answer()).toEqual(['200', []])
  })

  it('waits once more for the token that linked its key', async () => {
    const { shared, get, agent, call } = await makeKnown()
    await call(await agent.agentToken(), { requirement: { accept: 'agent-token' } })
    shared.events.splice(0)
    const answer = await sends(shared, get, queries)
    expect(await answer()).toEqual(['200', ['revocations.find']])
  })
})

describe('a request without a mission', () => {
  it('queries neither tombstones nor statuses', async () => {
    const { shared, get, agent } = await makeScene()
    const token = await agent.authToken({ scope: 'access' })
    await get({ token })
    shared.events.splice(0)
    expect(await get({ token })).toBe('200')
    expect(shared.sent().sort()).toEqual(['links.find', 'revocations.find'])
  })
})

describe('a request whose token is issued by another server than the one that approved its mission', () => {
  it('queries the revocations of both before either is answered', async () => {
    const shared = makeSharedStores()
    const world = await makeWatchedWorld({}, { stores: shared.stores, accessServer: 'https://as.example' })
    const token = await world.agent.authToken({ scope: 'access', mission: s256 }, world.net.accessServer)
    await world.get({ token })
    shared.events.splice(0)
    const both = ['revocations.find', 'revocations.find', 'statuses.get', 'tombstones.find']
    const answer = await sends(shared, () => world.get({ token }), both)
    expect(await answer()).toEqual(['200', []])
  })
})
