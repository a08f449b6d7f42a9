import { isAAuthError, type MayWait } from '@aauth-guard/core'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { StoreClocks } from '../../src/stores/store-clocks.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { settled } from '../missions/watched.ts'
import { collectUnhandled } from '../unhandled-rejections.ts'

let monotonic: MonotonicClock
/** The second of the process. */
let ours: number
beforeEach(() => {
  monotonic = stopMonotonicClock()
  ours = now
})

/** Time passes by all clocks of the process. */
function pass(seconds: number): void {
  ours += seconds
  monotonic.advance(seconds * 1000)
}

function makeClocks(read: () => MayWait<number>, ...others: (() => MayWait<number>)[]) {
  const asked = vi.fn(read)
  const stores = [
    ['replays', { now: asked }],
    ...others.map((now) => ['tombstones', { now }] as const),
  ] as const
  return { asked, clocks: new StoreClocks(stores, () => ours) }
}

/** `'agree'`, or the hint of the refusal. */
async function comparison(clocks: StoreClocks): Promise<string> {
  try {
    await clocks.compare()
    return 'agree'
  } catch (error) {
    if (isAAuthError(error) && error.status === 503) return error.hint ?? ''
    throw error
  }
}

const differs = (theirs: number): string =>
  `the clock of the resource is at ${now}, and that of "stores.replays" at ${theirs}, which differs by more than 60 s: set both clocks by NTP`

describe.each([
  ['at once', (theirs: number): MayWait<number> => theirs],
  ['later', async (theirs: number) => theirs],
])('the clock of a store that answers %s', (_, answer) => {
  it.each([0, 60, -60, 60.9])('may differ by %d s', async (difference) => {
    expect(await comparison(makeClocks(() => answer(now + difference)).clocks)).toBe('agree')
  })

  it.each([61, -61, 3700])(
    'is refused when it differs by %d s, with both clocks in the hint',
    async (difference) => {
      expect(await comparison(makeClocks(() => answer(now + difference)).clocks)).toBe(
        differs(now + difference),
      )
    },
  )

  it('is read once in 10 s', async () => {
    const { clocks, asked } = makeClocks(() => answer(ours))
    await comparison(clocks)
    pass(9)
    await comparison(clocks)
    expect(asked).toHaveBeenCalledTimes(1)
    pass(1)
    await comparison(clocks)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('is read again after it was refused', async () => {
    let theirs = now + 61
    const { clocks } = makeClocks(() => answer(theirs))
    await comparison(clocks)
    await settled()
    theirs = now
    expect(await comparison(clocks)).toBe('agree')
  })

  it.each([
    ['ahead', 2],
    ['back', -2],
  ])('is read again when the clock of the process was set %s by 2 s', async (_direction, seconds) => {
    const { clocks, asked } = makeClocks(() => answer(ours))
    await comparison(clocks)
    ours += seconds
    await comparison(clocks)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('is not read again when the clock of whole seconds has just advanced', async () => {
    const { clocks, asked } = makeClocks(() => answer(ours))
    await comparison(clocks)
    ours += 1
    monotonic.advance(1)
    await comparison(clocks)
    expect(asked).toHaveBeenCalledTimes(1)
  })
})

describe('a clock that cannot be read', () => {
  it.each<[string, () => MayWait<number>]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['is not a number', () => 'noon' as never],
    ['is not a time', async () => Number.NaN],
  ])('is refused, and read again by the next request: one that %s', async (_, read) => {
    let fails = true
    const { clocks } = makeClocks(() => (fails ? read() : now))
    expect(await comparison(clocks)).toMatch(/^"stores.replays" /)
    await settled()
    fails = false
    expect(await comparison(clocks)).toBe('agree')
  })

  it('is read once for all requests that wait at the same time', async () => {
    const { clocks, asked } = makeClocks(() => Promise.reject(new Error('down')))
    const all = await Promise.all(Array.from({ length: 5 }, () => comparison(clocks)))
    expect([new Set(all).size, asked.mock.calls.length]).toEqual([1, 1])
  })

  it('does not terminate the process when the clock of another store throws', async () => {
    const unhandled = collectUnhandled()
    const { clocks } = makeClocks(
      () => Promise.reject(new Error('down')),
      () => {
        throw new Error('down')
      },
    )
    expect(await comparison(clocks)).toMatch(/^"stores.replays" rejected/)
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('a comparison that never settles, since a runtime ended it with its request,', () => {
  useFakeTimeouts()
  const never = () => new Promise<number>(() => undefined)

  it('is made anew after the deadline of a store', async () => {
    let read: () => MayWait<number> = never
    const { clocks, asked } = makeClocks(() => read())
    void clocks.compare()
    read = async () => now
    monotonic.advance(499)
    void clocks.compare()
    expect(asked).toHaveBeenCalledTimes(1)
    monotonic.advance(1)
    const made = comparison(clocks)
    expect(asked).toHaveBeenCalledTimes(2)
    expect(await made).toBe('agree')
  })
})

describe('the clocks of several stores', () => {
  it('must all agree', async () => {
    const { clocks } = makeClocks(
      async () => now,
      async () => now - 61,
    )
    expect(await comparison(clocks)).toMatch(
      /^the clock of the resource is at \d+, and that of "stores.tombstones"/,
    )
  })

  it('are refused for the one that differs, even if another does not answer', async () => {
    const { clocks } = makeClocks(
      () => Promise.reject(new Error('down')),
      async () => now + 61,
    )
    expect(await comparison(clocks)).toMatch(/^the clock of the resource is at/)
  })

  it('are read at the same time', async () => {
    const read: string[] = []
    const { clocks } = makeClocks(
      () => {
        read.push('replays')
        return new Promise(() => undefined)
      },
      async () => {
        read.push('tombstones')
        return now
      },
    )
    comparison(clocks).catch(() => undefined)
    expect(read).toEqual(['replays', 'tombstones'])
  })
})
