import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answered } from '../../src/stores/deadline.ts'

const isFirst = (answer: string): boolean => answer === 'first'

describe('the answer of a store', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is handed on as it is when it is there at once', () => {
    expect(answered<boolean>(true, (one) => typeof one === 'boolean')).toBe(true)
  })

  it('is waited for up to the last moment of a second', async () => {
    let resolve: (answer: string) => void = () => undefined
    const late = answered(new Promise<string>((settle) => (resolve = settle)), isFirst)
    await vi.advanceTimersByTimeAsync(999)
    resolve('first')
    expect(await late).toBe('first')
  })

  it('is not waited for any longer', async () => {
    const late = Promise.resolve(answered(new Promise<string>(() => undefined), isFirst))
    const outcome = late.catch(({ message }: Error) => message)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await outcome).toBe('a store did not answer')
  })

  it.each(['resolves', 'rejects', 'answers nonsense'])('leaves no timer behind when it %s', async (how) => {
    const answer =
      how === 'rejects'
        ? Promise.reject<string>(new Error('down'))
        : Promise.resolve(how === 'resolves' ? 'first' : '?')
    await Promise.resolve(answered(answer, isFirst)).catch(() => undefined)
    await Promise.resolve()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is handed over as the fault it is when the store rejects', async () => {
    const fault = new Error('down')
    await expect(answered(Promise.reject<string>(fault), isFirst)).rejects.toBe(fault)
  })
})
