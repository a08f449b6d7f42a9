import type { Trust } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { outcomeOf } from './outcome-of.ts'

// The platform of every runtime but Node, which cannot see the address it connects to.
vi.mock('#platform', () => import('../../src/platform/web.ts'))

afterEach(() => vi.unstubAllGlobals())

/** A world whose resource fetches as the runtime does, on a runtime that is connected to this world only. */
async function makeRuntime(trust: Trust): Promise<World> {
  const world = await makeWorld({ trust, fetch: undefined as never })
  vi.stubGlobal('fetch', world.net.fetch)
  return world
}

describe('on a runtime that cannot check the address it connects to', () => {
  it.each<[string, Trust]>([
    ["with trust 'any'", 'any'],
    ["with 'any' for the role", { personServers: 'any' }],
    ['with a predicate', { personServers: () => true }],
  ])('keys of unlisted issuers are not fetched, invalid_jwt, %s [Q15, R11-128]', async (_, trust) => {
    const world = await makeRuntime(trust)
    expect([await outcomeOf(world), world.net.fetches]).toEqual(['invalid_jwt', []])
  })

  it('keys of listed issuers are fetched [Q15]', async () => {
    const world = await makeRuntime({ personServers: ['https://ps.example'] })
    expect([await outcomeOf(world), world.net.fetches.length]).toEqual(['accepted', 2])
  })

  it('keys of unlisted issuers are fetched when the operator injects a fetch', async () => {
    const world = await makeWorld()
    expect(await outcomeOf(world)).toBe('accepted')
  })
})
