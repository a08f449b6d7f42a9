import { redisStores, type Subscribe } from '@aauth-guard/redis'
import { afterEach, beforeEach, describe, expect, it, type Mock, onTestFinished, vi } from 'vitest'

const mission = { approver: 'https://ps.example', s256: 'one' }
const nothing = (): void => undefined
const fail = (): never => {
  throw new Error('closed')
}
const reject = async (): Promise<never> => fail()

/** Rejections that nobody handles, each of which would end the process. */
function collectUnhandled(): readonly unknown[] {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  return unhandled
}

describe('a "subscribe" that', () => {
  let heard: Record<'onTerminated' | 'onLost' | 'onSubscribed', Mock>
  let unhandled: readonly unknown[]
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    heard = { onTerminated: vi.fn(), onLost: vi.fn(), onSubscribed: vi.fn() }
    unhandled = collectUnhandled()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Stores whose commands are lost. */
  const storesBy = (subscribe: Subscribe) =>
    redisStores({ issuer: 'https://notes.example', send: async () => 0, subscribe })
  /** Counts calls. A mock would handle the rejections of what it returns. */
  const counted = (made: unknown) => {
    let count = 0
    const subscribe: Subscribe = (...given) => {
      count += 1
      return (made as Subscribe)(...given)
    }
    return { subscribe, calls: () => count }
  }
  /** Lets rejections become unhandled. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  const noEnd = 'TypeError: "subscribe" returned no function that ends the subscription'
  it.each<[string, unknown, string]>([
    ['throws', fail, 'Error: closed'],
    ['returns undefined', nothing, noEnd],
    ['returns a promise', async () => nothing, noEnd],
    ['returns a promise that rejects', reject, noEnd],
  ])('%s counts as lost at once, and is called again after ten seconds', async (_, made, reason) => {
    const { subscribe, calls } = counted(made)
    const own = storesBy(subscribe)
    own.stores.tombstones.subscribe?.(heard)
    expect(heard.onLost.mock.calls).toEqual([[reason]])
    vi.advanceTimersByTime(1000)
    expect(heard.onLost.mock.calls).toEqual([[reason], [reason]])
    vi.advanceTimersByTime(9000)
    expect(calls()).toBe(2)
    expect(heard.onLost).toHaveBeenLastCalledWith(reason)
    own.close()
    await settled()
    expect([vi.getTimerCount(), unhandled]).toEqual([0, []])
  })

  it.each([
    ['throws', fail],
    ['rejects', reject],
  ])(
    'returns a function that %s is called again when nothing is heard, and can be closed',
    async (_, end) => {
      const { subscribe, calls } = counted(() => end)
      const own = storesBy(subscribe)
      const stop = own.stores.tombstones.subscribe?.(heard)
      vi.advanceTimersByTime(10_000)
      expect(calls()).toBe(2)
      expect(heard.onLost).toHaveBeenCalled()
      stop?.()
      own.stores.tombstones.subscribe?.(heard)
      own.close()
      await settled()
      expect([vi.getTimerCount(), unhandled]).toEqual([0, []])
    },
  )

  it('tells a listener that throws tells the others as well', async () => {
    let [say, lose] = [(_message: string): void => undefined, (_hint: string): void => undefined]
    let beat = nothing
    const own = storesBy(([changes = '', heartbeats = ''], onMessage, onLost) => {
      say = (message) => onMessage(changes, message)
      beat = () => onMessage(heartbeats, 'heartbeat')
      lose = onLost
      return nothing
    })
    const bad = { onTerminated: fail, onLost: fail, onSubscribed: fail }
    own.stores.tombstones.subscribe?.(bad)
    own.stores.tombstones.subscribe?.(heard)
    beat()
    // One that joins later is told by itself.
    own.stores.tombstones.subscribe?.(bad)
    await settled()
    say(JSON.stringify(['terminated', mission]))
    lose('gone')
    vi.advanceTimersByTime(1000)
    expect(heard.onSubscribed).toHaveBeenCalledTimes(1)
    expect(heard.onTerminated.mock.calls).toEqual([[mission]])
    expect(heard.onLost.mock.calls).toEqual([['gone'], ['gone']])
    expect(unhandled).toEqual([])
    own.close()
  })
})
