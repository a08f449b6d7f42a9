import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answered } from '../../src/stores/checked-call.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { stopMonotonicClock } from '../limits/monotonic-clock.ts'

const isFirst = (answer: string): boolean => answer === 'first'
const ask = (store: object, answer: () => string | PromiseLike<string>) =>
  answered(store, '"stores.replays"', answer, isFirst)
const hintOf = async (ask: () => unknown): Promise<unknown> => {
  try {
    return await ask()
  } catch (error) {
    const { code, status, hint } = error as { code: string; status: number; hint: string }
    return [code, status, hint]
  }
}
const unavailable = (how: string) => ['server_error', 503, `"stores.replays" ${how}`]

describe('the answer of a store', () => {
  let store: object
  useFakeTimeouts()
  beforeEach(() => {
    store = {}
  })

  it('that is available at once is returned without a timer', () => {
    expect(ask(store, () => 'first')).toBe('first')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for up to the last moment of half a second', async () => {
    let resolve: (answer: string) => void = () => undefined
    const late = ask(store, () => new Promise<string>((settle) => (resolve = settle)))
    await vi.advanceTimersByTimeAsync(499)
    resolve('first')
    expect(await late).toBe('first')
  })

  it('that takes longer is refused with server_error', async () => {
    const outcome = hintOf(() => ask(store, () => new Promise<string>(() => undefined)))
    await vi.advanceTimersByTimeAsync(500)
    expect(await outcome).toEqual(unavailable('took over 500 ms'))
  })

  it('that rejects after the deadline causes no unhandled rejection', async () => {
    let reject: (fault: Error) => void = () => undefined
    const outcome = hintOf(() => ask(store, () => new Promise<string>((_, fail) => (reject = fail))))
    await vi.advanceTimersByTimeAsync(500)
    reject(new Error('too late'))
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toEqual(unavailable('took over 500 ms'))
  })

  it.each(['resolves', 'rejects', 'answers nonsense'])('leaves no timer behind when it %s', async (how) => {
    const answer =
      how === 'rejects'
        ? Promise.reject<string>(new Error('down'))
        : Promise.resolve(how === 'resolves' ? 'first' : '?')
    await hintOf(() => ask(store, () => answer))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that fails leads to an error with the store and the cause', async () => {
    const fault = new Error('down')
    const thrown = () => {
      throw fault
    }
    expect(await hintOf(() => ask(store, thrown))).toEqual(unavailable('threw: Error: down'))
    expect(await hintOf(() => ask(store, () => Promise.reject(fault)))).toEqual(
      unavailable('rejected: Error: down'),
    )
    expect(await hintOf(() => ask(store, () => '?'))).toEqual(
      unavailable('returned a value that its contract does not allow'),
    )
  })
})

describe('a store that hangs', () => {
  useFakeTimeouts()

  it('has up to 1000 waiting calls, and others are refused without a call', async () => {
    const store = {}
    const never = vi.fn(() => new Promise<string>(() => undefined))
    const waiting = Array.from({ length: 1000 }, () => hintOf(() => ask(store, never)))
    expect(await hintOf(() => ask(store, never))).toEqual(unavailable('has 1000 calls waiting'))
    expect(never).toHaveBeenCalledTimes(1000)
    expect(ask({}, () => 'first')).toBe('first')
    await vi.advanceTimersByTimeAsync(500)
    expect(new Set((await Promise.all(waiting)).map(String)).size).toBe(1)
    expect(await ask(store, async () => 'first')).toBe('first')
  })

  it('is called again once calls settle, even if they fail', async () => {
    const store = {}
    const down = () => Promise.reject<string>(new Error('down'))
    for (let i = 0; i < 3; i++)
      await Promise.all(Array.from({ length: 999 }, () => hintOf(() => ask(store, down))))
    expect(await ask(store, async () => 'first')).toBe('first')
  })
})

describe('calls that a runtime ends with their request, so that neither they nor their timers end,', () => {
  useFakeTimeouts()
  const never = () => new Promise<string>(() => undefined)
  const send = (store: object, calls: number): void => {
    for (let call = 0; call < calls; call++) void ask(store, never)
  }

  it('stop counting when a second has passed', async () => {
    const clock = stopMonotonicClock()
    const store = {}
    send(store, 1000)
    clock.advance(1000)
    expect(await hintOf(() => ask(store, never))).toEqual(unavailable('has 1000 calls waiting'))
    clock.advance(1)
    expect(await hintOf(() => ask(store, async () => 'first'))).toBe('first')
  })

  it('leave later ones counted', async () => {
    const clock = stopMonotonicClock()
    const store = {}
    send(store, 500)
    clock.advance(1001)
    send(store, 1000)
    expect(await hintOf(() => ask(store, never))).toEqual(unavailable('has 1000 calls waiting'))
  })
})
