import type { ResourceOptions, Stores } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'
import { granted, verdict } from '../missions/watched.ts'
import { revocationsWith } from './revocations-with.ts'

const members = {
  revocations: () => revocationsWith(),
  tombstones: () => new TombstoneMemory(10, 10),
  replays: () => new ReplayMemory({ max: 10, maxPerIssuer: 10, maxPerKey: 10 }, () => now),
}
const names = ['revocations', 'tombstones', 'replays'] as const

/** One store with a clock. */
function timed(name: (typeof names)[number], read: () => Promise<number>): Stores {
  return { [name]: Object.assign(members[name](), { now: read }) }
}

const world = (stores: Stores, options: Partial<ResourceOptions> = {}) =>
  makeWorld({ stores, replay: 'off', ...options })

describe.each(names)('while the clock of stores.%s differs by over 60 s', (name) => {
  it.each(['GET', 'POST'])(
    'a %s that needs it answers 503, with both clocks for the operator',
    async (method) => {
      const { agent, call, refusals } = await world(
        timed(name, async () => now + 61),
        { replay: 'all' },
      )
      expect(await verdict(call(await agent.authToken(granted()), { method }))).toBe('503 server_error 5')
      expect(refusals[0]?.hint).toContain(`at ${now}, and that of "stores.${name}" at ${now + 61}`)
    },
  )

  it('a request that has no mission and may be repeated answers 503 only if it needs the store', async () => {
    const { agent, call } = await world(timed(name, async () => now - 61))
    const answer = await verdict(call(await agent.personToken(), { requirement: anyKind }))
    expect(answer).toBe(name === 'revocations' ? '503 server_error 5' : '200')
  })
})

describe('the clock of a store', () => {
  it('is read by the first request, and not by those that follow', async () => {
    const read = vi.fn(async () => now)
    const { agent, call } = await world(timed('revocations', read))
    expect(read).not.toHaveBeenCalled()
    const token = await agent.authToken({ scope: 'access', mission: s256 })
    for (let n = 0; n < 3; n++) await call(token)
    expect(read).toHaveBeenCalledTimes(1)
  })

  it('is read again by the next request after the clock of the process was set', async () => {
    const read = vi.fn(async () => now)
    const { net, agent, call } = await world(timed('revocations', read))
    const token = await agent.authToken(granted())
    expect(await verdict(call(token))).toBe('200')
    net.clock.advance(61)
    expect(await verdict(call(token))).toBe('503 server_error 5')
    net.clock.advance(-61)
    expect(await verdict(call(token))).toBe('200')
  })

  it('is not compared when the store does not tell it', async () => {
    const { agent, call } = await world({ tombstones: members.tombstones() })
    expect(await verdict(call(await agent.authToken(granted())))).toBe('200')
  })

  it('that cannot be read leads to 503 until it can', async () => {
    let fails = true
    const read = async (): Promise<number> => {
      if (fails) throw new Error('down')
      return now
    }
    const { agent, call } = await world(timed('tombstones', read))
    const token = await agent.authToken(granted())
    expect(await verdict(call(token))).toBe('503 server_error 5')
    fails = false
    expect(await verdict(call(token))).toBe('200')
  })
})
