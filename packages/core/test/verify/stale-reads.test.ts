import { authorize } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { toSignedRequest } from '@aauth-guard/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { down, granted, makeWatchedWorld } from '../missions/watched.ts'
import type { StoreName } from '../stores/shared-stores.ts'
import { all, makeStaleScene, type StaleScene, silent } from './stale-scene.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

const staleOf = ({ events }: StaleScene) => events.map(({ outcome, stale }) => [outcome, stale])

describe('while the stores do not answer', () => {
  it('GET passes on their last answer, and its decision says stale', async () => {
    const scene = await makeStaleScene()
    scene.shared.fail(all, silent())
    expect(await scene.get()).toBe('200')
    expect(staleOf(scene)).toEqual([
      ['accepted', undefined],
      ['accepted', true],
    ])
  })

  it.each(['HEAD', 'OPTIONS'])('%s passes as well', async (method) => {
    const { token, call, shared } = await makeStaleScene()
    shared.fail(all, silent())
    expect((await call(token, { method })).jti).toMatch(/^id-/)
  })

  it.each(['POST', 'PUT', 'DELETE'])('%s answers 503', async (method) => {
    const { token, refusal, shared } = await makeStaleScene()
    shared.fail(all, silent())
    expect((await refusal(token, { method })).status).toBe(503)
  })

  it('GET on a route with singleUse answers 503, even if the store of signatures answers', async () => {
    const { get, shared } = await makeStaleScene()
    shared.fail(['revocations', 'tombstones', 'statuses'], silent())
    const requirement = { singleUse: true } as const
    expect(await get({ params: { nonce: 'n' }, requirement })).toBe('503 server_error 5')
  })

  it("GET under replay: 'all' answers 503", async () => {
    const { get, shared } = await makeStaleScene({ replay: 'all' })
    shared.fail(['revocations'], silent())
    expect(await get({ params: { nonce: 'n' } })).toBe('503 server_error 5')
  })

  it('GET answers 503 without staleReads', async () => {
    const { get, shared } = await makeStaleScene({ staleReads: 0 })
    shared.fail(all, silent())
    expect(await get()).toBe('503 server_error 5')
  })

  it('GET on a route with singleUse answers 503 even if a guard without it has let it pass', async () => {
    const { shared, agent, token, resource } = await makeStaleScene()
    shared.fail(['revocations', 'tombstones', 'statuses'], silent())
    const signed = await agent.sign('https://notes.example/notes', {}, { token, params: { nonce: 'n' } })
    const request = toSignedRequest(signed)
    await authorize(resource, request)
    const again = authorize(resource, request, { singleUse: true })
    await expect(again).rejects.toMatchObject({ status: 503 })
  })

  it('GET with a token that was never looked up answers 503', async () => {
    const { agent, get, shared } = await makeStaleScene()
    const token = await agent.authToken(granted())
    shared.fail(all, silent())
    expect(await get({ token })).toBe('503 server_error 5')
  })

  it.each([
    [29_999, '200'],
    [30_000, '503'],
  ])('GET answers, %d ms after the last answer, %s', async (milliseconds, expected) => {
    const { get, shared } = await makeStaleScene()
    shared.fail(all, silent())
    clock.advance(milliseconds)
    expect((await get()).slice(0, 3)).toBe(expected)
  })

  it('a GET that passes does not prolong that time', async () => {
    const { get, shared } = await makeStaleScene()
    shared.fail(all, silent())
    clock.advance(20_000)
    expect(await get()).toBe('200')
    clock.advance(10_000)
    expect((await get()).slice(0, 3)).toBe('503')
  })

  it.each<StoreName>(['revocations', 'tombstones', 'statuses'])(
    'GET passes when only %s do not',
    async (name) => {
      const scene = await makeStaleScene()
      scene.shared.fail([name], silent())
      expect(await scene.get()).toBe('200')
      expect(scene.events.at(-1)?.stale).toBe(true)
    },
  )

  it('a second guard lets GET pass as well', async () => {
    const { shared, agent, token, resource } = await makeStaleScene()
    shared.fail(all, silent())
    const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
    await authorize(resource, request)
    expect((await authorize(resource, request)).jti).toMatch(/^id-/)
    clock.advance(1000)
    expect((await authorize(resource, request)).jti).toMatch(/^id-/)
  })

  it('a request whose check takes a second passes if it may, and says stale', async () => {
    const scene = await makeStaleScene()
    const check = (): boolean => {
      scene.shared.fail(all, silent())
      clock.advance(1000)
      return true
    }
    expect(await scene.get({ requirement: { check } })).toBe('200')
    expect(scene.events.at(-1)?.stale).toBe(true)
  })
})

describe('once the stores answer again', () => {
  it('a decision does not say stale', async () => {
    const scene = await makeStaleScene()
    scene.shared.fail(all, silent())
    await scene.get()
    scene.shared.fail(all, undefined)
    expect(await scene.get()).toBe('200')
    expect(scene.events.at(-1)).not.toHaveProperty('stale')
  })

  it('a request that is looked up again after its check does not say stale', async () => {
    const scene = await makeStaleScene()
    scene.shared.fail(all, silent())
    const check = (): boolean => {
      scene.shared.fail(all, undefined)
      clock.advance(1000)
      return true
    }
    expect(await scene.get({ requirement: { check } })).toBe('200')
    expect(scene.events.at(-1)).not.toHaveProperty('stale')
  })

  it('a second guard that looks the token up does not say stale', async () => {
    const scene = await makeStaleScene()
    const { shared, agent, token, resource, events } = scene
    shared.fail(all, silent())
    const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
    await authorize(resource, request)
    shared.fail(all, undefined)
    clock.advance(1000)
    await authorize(resource, request)
    expect(events.map(({ stale }) => stale)).toEqual([undefined, true, undefined])
  })
})

describe('staleReads', () => {
  it('covers no answer of the source: GET of a mission whose status is unknown answers 503', async () => {
    const scene = await makeStaleScene()
    scene.says(down)
    await scene.shared.stores.statuses.forget({ approver: 'https://ps.example', s256, listed: false })
    expect(await scene.get()).toBe('503 server_error 3')
  })

  it.each([-1, 301, 1.5, '30', Number.NaN])('cannot be %j', async (staleReads) => {
    await expect(makeWatchedWorld({}, { staleReads: staleReads as number })).rejects.toThrow(
      /^"staleReads" is .*: write an integer of seconds from 0 to 300$/,
    )
  })

  it.each([0, 1, 300])('can be %d', async (staleReads) => {
    await expect(makeWatchedWorld({}, { staleReads })).resolves.toBeDefined()
  })
})
