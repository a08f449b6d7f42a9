import { createResource } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { makeWatchedWorld } from '../missions/watched.ts'

/** Every object within a value. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('snapshot', () => {
  it('of a new resource has stores in memory and nothing else', () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    const { stores, caches, budgets, ...rest } = resource.snapshot()
    expect(rest).toMatchObject({
      type: 'aauth.snapshot.v1',
      issuer: 'https://notes.example',
      issuers: [],
      missions: [],
      suspendedServers: [],
      lifetimes: { connections: 0, tokens: 0, missions: 0 },
    })
    expect(stores).toEqual(
      ['replays', 'revocations', 'tombstones'].map((name) => ({
        store: `stores.${name}`,
        inMemory: true,
        circuit: 'closed',
        waiting: 0,
      })),
    )
    expect(caches.map(({ entries }) => entries)).toEqual([0, 0])
    expect(budgets.map(({ name, running }) => [name, running])).toEqual([
      ['new issuers', 0],
      ['known issuers', 0],
      ['calling servers', 0],
      ['renewals', 0],
    ])
  })

  it('names the issuers, their keys, the missions and what is held under them', async () => {
    const { agent, net, call, resource } = await makeWorld()
    const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
    await call(await agent.authToken({ scope: 'access', mission: s256 }))
    const { issuers, missions, caches, budgets } = resource.snapshot()
    expect(issuers).toMatchObject([
      { issuer: 'https://ps.example', document: 'aauth-person.json', listed: false, fetching: false },
    ])
    expect(issuers[0]?.keys.length).toBe(1)
    expect(issuers[0]?.fetchedAt).toBe(1_790_000_000)
    expect(issuers[0]?.freshUntil).toBeGreaterThan(1_790_000_000)
    expect(missions).toMatchObject([
      {
        mission: { approver: 'https://ps.example', s256 },
        tokens: 1,
        atLeast: false,
        latestExp: 1_790_003_600,
      },
    ])
    expect(caches.map(({ entries }) => entries)).toEqual([1, 1])
    expect(budgets[0]).toEqual({ name: 'new issuers', running: 0, maxRunning: 16, available: 16 })
  })

  it('says why an issuer could not be fetched, and when it is tried again', async () => {
    const { agent, net, refusal, resource } = await makeWorld()
    net.personServer.misbehave('not-found')
    await refusal(await agent.authToken({ scope: 'access' }))
    const [issuer] = resource.snapshot().issuers
    expect(issuer).toMatchObject({ keys: [], failure: { count: 1 } })
    expect(issuer?.failure?.hint).not.toBe('')
    expect(issuer?.failure?.retryAt).toBeGreaterThan(1_790_000_000)
  })

  it('says of a mission that it was terminated, and by whom that was learned', async () => {
    const { get, resource } = await makeWatchedWorld()
    await get()
    await resource.missions.terminate(mission, 'completed')
    expect(resource.snapshot().missions).toMatchObject([
      { mission, terminated: { reason: 'completed', learnedFrom: 'operator' } },
    ])
  })

  it('is frozen throughout, and holds no token and no signature', async () => {
    const { agent, net, call, resource } = await makeWorld()
    const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
    const token = await agent.authToken({ scope: 'access', mission: s256 })
    await call(token)
    const snapshot = resource.snapshot()
    expect(objectsIn(snapshot).filter((value) => !Object.isFrozen(value))).toEqual([])
    for (const part of token.split('.')) expect(JSON.stringify(snapshot)).not.toContain(part)
    expect(JSON.stringify(snapshot)).not.toContain('person-1')
  })
})
