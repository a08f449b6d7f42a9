import { createTestNetwork } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { receive } from './received.ts'

describe('the clock of a network', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('stays at its start', async () => {
    const { clock } = await createTestNetwork({ now: 1_790_000_000 })
    expect(clock.now()).toBe(1_790_000_000)
  })

  it('advances by the given seconds', async () => {
    const { clock } = await createTestNetwork({ now: 1_790_000_000 })
    clock.advance(61)
    clock.advance(-1)
    expect(clock.now()).toBe(1_790_000_060)
  })

  it('follows the system in whole seconds until it is set, and again after real()', async () => {
    vi.useFakeTimers({ now: 1_800_000_000_999, toFake: ['Date'] })
    const { clock } = await createTestNetwork()
    expect(clock.now()).toBe(1_800_000_000)
    clock.set(1_790_000_000)
    expect(clock.now()).toBe(1_790_000_000)
    clock.real()
    expect(clock.now()).toBe(1_800_000_000)
  })

  it('stops when it is advanced while it followed the system', async () => {
    vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] })
    const { clock } = await createTestNetwork()
    clock.advance(5)
    vi.setSystemTime(1_800_000_100_000)
    expect(clock.now()).toBe(1_800_000_005)
  })

  it('provides `now` as a detached function, as createResource calls it', async () => {
    const { now } = (await createTestNetwork({ now: 7 })).clock
    expect(now()).toBe(7)
  })

  it('is used by tokens, signatures and the log of fetches', async () => {
    const net = await createTestNetwork({ now: 1_790_000_000 })
    const agent = await net.agent()
    net.clock.advance(100)
    const token = await agent.agentToken()
    const message = await agent.sign('https://notes.example/notes', {}, { token })
    await net.fetch('https://agent.example/jwks.json')
    expect(decodeJwt(token).iat).toBe(1_790_000_100)
    expect(receive(message).params.created).toBe(1_790_000_100)
    expect(net.fetches).toEqual([{ url: 'https://agent.example/jwks.json', at: 1_790_000_100 }])
  })
})
