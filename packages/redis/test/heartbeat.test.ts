import { redisStores, type Subscribe } from '@aauth-guard/redis'
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'

const nothing = (): void => undefined

describe('heartbeats of a subscription', () => {
  let heard: Record<'onTerminated' | 'onLost' | 'onSubscribed', Mock>
  /** A second of the process. */
  const beat = (): void => {
    vi.advanceTimersByTime(1000)
  }
  /** A store whose commands are lost. */
  const subscribeBy = (subscribe: Subscribe): (() => void) => {
    const { stores } = redisStores({ issuer: 'https://notes.example', send: async () => 0, subscribe })
    return stores.tombstones.subscribe?.(heard) ?? nothing
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    heard = { onTerminated: vi.fn(), onLost: vi.fn(), onSubscribed: vi.fn() }
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tell of the loss once a second until one is heard, whatever the client says', () => {
    let [say, hear] = [(_hint: string): void => undefined, (): void => undefined]
    const stop = subscribeBy(([, heartbeats = ''], onMessage, onLost) => {
      say = onLost
      hear = () => onMessage(heartbeats, 'heartbeat')
      return nothing
    })
    const counts = (): number[] => [heard.onLost, heard.onSubscribed].map(({ mock }) => mock.calls.length)
    say('connecting')
    expect(counts()).toEqual([0, 0])
    hear()
    hear()
    expect(counts()).toEqual([0, 1])
    for (const hint of ['closed', 'connected', 'subscribed']) say(hint)
    expect(counts()).toEqual([1, 1])
    beat()
    expect(counts()).toEqual([2, 1])
    expect(heard.onLost.mock.calls).toEqual([['closed'], ['closed']])
    hear()
    beat()
    expect(counts()).toEqual([2, 2])
    stop()
    for (const late of [() => say('late'), hear]) late()
    expect(counts()).toEqual([2, 2])
  })

  it('make a new subscription where the client never notices that its connection is dead', () => {
    const subscribe = vi.fn((_channels: readonly string[], ..._listeners: unknown[]) => unsubscribe)
    const unsubscribe = vi.fn()
    const stop = subscribeBy(subscribe)
    for (let second = 0; second < 9; second += 1) beat()
    expect([subscribe.mock.calls.length, unsubscribe.mock.calls.length]).toEqual([1, 0])
    beat()
    expect([subscribe.mock.calls.length, unsubscribe.mock.calls.length]).toEqual([2, 1])
    expect(subscribe.mock.calls[1]?.[0]).toEqual(subscribe.mock.calls[0]?.[0])
    stop()
    expect(unsubscribe).toHaveBeenCalledTimes(2)
  })
})
