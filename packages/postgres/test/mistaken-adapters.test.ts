import { makeWorld } from '@aauth-guard/fixtures/world'
import { type Listen, postgresStores, type Query } from '@aauth-guard/postgres'
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

describe('a "listen" that', () => {
  let heard: Record<'onTerminated' | 'onLost' | 'onSubscribed', Mock>
  let unhandled: readonly unknown[]
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    heard = { onTerminated: vi.fn(), onLost: vi.fn(), onSubscribed: vi.fn() }
    unhandled = collectUnhandled()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Stores whose database answers nothing. */
  const storesBy = (listen: unknown) =>
    postgresStores({ query: async () => ({ rows: [] }), listen: listen as Listen })
  /** Counts calls. A mock would handle the rejections of what it returns. */
  const counted = (made: Listen) => {
    let count = 0
    const listen: Listen = (...given) => {
      count += 1
      return made(...given)
    }
    return { listen, calls: () => count }
  }
  /** Lets rejections become unhandled. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  const noEnd = 'TypeError: "listen" returned no function that ends the connection'
  it.each<[string, unknown, string]>([
    ['throws', fail, 'Error: closed'],
    ['returns undefined', nothing, noEnd],
    ['returns a promise', async () => nothing, noEnd],
    ['returns a promise that rejects', reject, noEnd],
  ])('%s counts as a lost connection, and is called again once a second', async (_, made, reason) => {
    const { listen, calls } = counted(made as Listen)
    const own = storesBy(listen)
    own.stores.tombstones.subscribe?.(heard)
    for (let second = 1; second <= 3; second++) {
      vi.advanceTimersByTime(1000)
      expect(heard.onLost.mock.calls).toEqual(Array(second).fill([`PostgreSQL: ${reason}`]))
      expect(calls()).toBe(1 + second)
    }
    own.close()
    await settled()
    expect(unhandled).toEqual([])
  })

  it.each([
    ['throws', fail],
    ['rejects', reject],
  ])('returns a function that %s is called again when nothing arrives, and can be closed', async (_, end) => {
    const { listen, calls } = counted(() => end)
    const own = storesBy(listen)
    const stop = own.stores.tombstones.subscribe?.(heard)
    vi.advanceTimersByTime(5000)
    expect(calls()).toBe(2)
    expect(heard.onLost).toHaveBeenCalledWith('PostgreSQL: no message has arrived')
    stop?.()
    own.stores.tombstones.subscribe?.(heard)
    own.close()
    await settled()
    expect(unhandled).toEqual([])
  })

  it('calls onLost at once and returns nothing leaves no timer behind', () => {
    const own = storesBy((_channel: string, _onMessage: unknown, onLost: (reason: string) => void) => {
      onLost('refused')
    })
    own.stores.tombstones.subscribe?.(heard)
    vi.advanceTimersByTime(1000)
    expect(heard.onLost).toHaveBeenCalledTimes(1)
    own.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells a listener that throws tells the others as well', () => {
    let [say, lose] = [(_: string): void => undefined, (_: string): void => undefined]
    const own = storesBy((_channel: string, onMessage: typeof say, onLost: typeof lose) => {
      say = onMessage
      lose = onLost
      return nothing
    })
    own.stores.tombstones.subscribe?.({ onTerminated: fail, onLost: fail, onSubscribed: fail })
    own.stores.tombstones.subscribe?.(heard)
    say(JSON.stringify({ terminated: JSON.stringify(Object.values(mission)) }))
    lose('gone')
    vi.advanceTimersByTime(1000)
    expect(heard.onSubscribed).toHaveBeenCalledTimes(1)
    expect(heard.onTerminated.mock.calls).toEqual([[mission]])
    expect(heard.onLost.mock.calls).toEqual([['PostgreSQL: gone'], ['PostgreSQL: gone']])
    own.close()
  })
})

describe('a "query" that resolves to', () => {
  const hint = '"query" resolved without a row: return what the client returned, as { rows }'
  const storesOf = (result: unknown) => postgresStores({ query: (async () => result) as unknown as Query })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an object without rows', {}],
    ['no rows', { rows: [] }],
    ['the rows alone', [{ answer: '1' }]],
  ])('%s makes every call fail with an error that names it', async (_, result) => {
    const { stores, ready } = storesOf(result)
    const token = { iss: mission.approver, jti: 'one' }
    const calls = [
      stores.revocations.find(token),
      stores.revocations.add({ ...token, exp: 1, listed: true }),
      stores.tombstones.find({ ...mission, listed: true }),
      stores.statuses.get({ ...mission, listed: true }),
      stores.replays.now(),
      stores.links.ready(),
      ready(),
    ]
    for (const call of await Promise.allSettled(calls))
      expect(call).toEqual({ status: 'rejected', reason: new TypeError(hint) })
  })

  it('undefined is named in the hint of the refusal', async () => {
    const { stores } = storesOf(undefined)
    const { agent, refusal } = await makeWorld({ stores })
    const refused = await refusal(await agent.authToken({ scope: 'access' }))
    expect([refused.status, refused.hint]).toEqual([503, `"stores.revocations" rejected: TypeError: ${hint}`])
  })
})
