import { isAAuthError } from '@aauth-guard/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { WaitBudget } from '../../src/limits/wait-budget.ts'
import { answered, isSilence } from '../../src/stores/checked-call.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'

const isFirst = (answer: string): boolean => answer === 'first'

/** The error of a call that must be refused. */
async function refusalOf(store: object, ask: () => string | Promise<string>, budget?: WaitBudget) {
  try {
    await answered(store, '"stores.replays"', ask, isFirst, budget)
  } catch (error) {
    if (isAAuthError(error)) return error
    throw error
  }
  throw new Error('the call was answered')
}

const down = () => Promise.reject<string>(new Error('down'))
const lost = () =>
  Promise.reject<string>(Object.assign(new Error('restarted empty'), { name: 'StoreDataLostError' }))

let clock: MonotonicClock
let store: object
beforeEach(() => {
  clock = stopMonotonicClock()
  store = {}
})

/** Five failures in a second. */
async function fail(ask = down): Promise<void> {
  for (let n = 0; n < 5; n++) {
    await refusalOf(store, ask)
    if (n < 4) clock.advance(250)
  }
}

describe('a store that does nothing but fail for a second', () => {
  it('is no longer called, and the refusal says Retry-After: 1', async () => {
    await fail()
    const ask = vi.fn(down)
    const { status, code, headers, hint } = await refusalOf(store, ask)
    expect([status, code, headers['retry-after'], hint]).toEqual([
      503,
      'server_error',
      '1',
      '"stores.replays" has failed for over a second',
    ])
    expect(ask).not.toHaveBeenCalled()
  })

  it('is called by one request per 250 ms, whose answer makes it available to all', async () => {
    await fail()
    clock.advance(250)
    expect(await answered(store, '"stores.replays"', async () => 'first', isFirst)).toBe('first')
    expect(await answered(store, '"stores.replays"', async () => 'first', isFirst)).toBe('first')
  })

  it('does not affect another store', async () => {
    await fail()
    expect(await answered({}, '"stores.replays"', async () => 'first', isFirst)).toBe('first')
  })

  it.each([
    [
      'throws',
      (): string => {
        throw new Error('down')
      },
    ],
    ['rejects', down],
  ])('counts as failing when it %s', async (_, ask) => {
    await fail(ask as typeof down)
    expect((await refusalOf(store, ask)).headers['retry-after']).toBe('1')
  })

  it('does not count as failing while it gives answers that its contract does not allow', async () => {
    await fail(async () => 'OK')
    expect((await refusalOf(store, async () => 'OK')).hint).toMatch(/does not allow$/)
  })
})

describe('a store that has lost its data', () => {
  it('is not mistaken for one that does not answer', async () => {
    expect(isSilence(await refusalOf(store, down))).toBe(true)
    const refusal = await refusalOf(store, lost)
    expect(isSilence(refusal)).toBe(false)
    expect([refusal.status, refusal.hint]).toEqual([
      503,
      '"stores.replays" rejected: StoreDataLostError: restarted empty',
    ])
  })

  it('may throw that error instead of rejecting', async () => {
    const thrown = (): string => {
      throw Object.assign(new Error('restarted empty'), { name: 'StoreDataLostError' })
    }
    expect(isSilence(await refusalOf(store, thrown))).toBe(false)
  })

  it('is called by every request, so that each learns of the loss', async () => {
    await fail(lost)
    const ask = vi.fn(lost)
    expect((await refusalOf(store, ask)).headers['retry-after']).toBe('5')
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('during an outage is called by every request once one has learned of the loss', async () => {
    await fail()
    clock.advance(250)
    await refusalOf(store, lost)
    expect(isSilence(await refusalOf(store, lost))).toBe(false)
  })
})

describe('a refusal that says only that a store did not answer', () => {
  useFakeTimeouts()

  it.each([
    [
      'takes over 500 ms',
      async () => {
        const refused = refusalOf(store, () => new Promise(() => undefined))
        await vi.advanceTimersByTimeAsync(500)
        return refused
      },
    ],
    [
      'has failed for over a second',
      async () => {
        await fail()
        return refusalOf(store, down)
      },
    ],
    [
      'has 1000 calls waiting',
      async () => {
        const never = () => new Promise<string>(() => undefined)
        for (let n = 0; n < 1000; n++) refusalOf(store, never).catch(() => undefined)
        return refusalOf(store, never)
      },
    ],
  ])('comes from a store that %s', async (_, refuse) => {
    expect(isSilence(await refuse())).toBe(true)
  })

  it.each([undefined, null, 'silence', new Error('down')])('is not %s', (thrown) => {
    expect(isSilence(thrown)).toBe(false)
  })
})

describe('the stores that one request waits for', () => {
  useFakeTimeouts()
  const never = () => new Promise<string>(() => undefined)
  const pass = (milliseconds: number): Promise<unknown> => {
    clock.advance(milliseconds)
    return vi.advanceTimersByTimeAsync(milliseconds)
  }

  it('share 500 ms, so the second has what the first left', async () => {
    const budget = new WaitBudget(500)
    let answer: (text: string) => void = () => undefined
    const first = answered(
      store,
      '"stores.replays"',
      () => new Promise<string>((settle) => (answer = settle)),
      isFirst,
      budget,
    )
    await pass(400)
    answer('first')
    await first
    const settled = vi.fn()
    const second = refusalOf({}, never, budget).finally(settled)
    await pass(99)
    expect(settled).not.toHaveBeenCalled()
    await pass(1)
    expect((await second).status).toBe(503)
  })

  it('share them if it waits for both at the same time', async () => {
    const budget = new WaitBudget(500)
    const both = [refusalOf(store, never, budget), refusalOf({}, never, budget)]
    await pass(500)
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([503, 503])
  })

  it('leave it the time that a failed call did not use', async () => {
    const budget = new WaitBudget(500)
    await refusalOf(store, down, budget)
    clock.advance(10_000)
    expect(budget.left).toBe(500)
  })
})
