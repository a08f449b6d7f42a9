import { describe, expect, it, vi } from 'vitest'
import { Deadline, decideWithin, within } from '../../src/limits/deadline.ts'
import { useFakeTimeouts } from './fake-timeouts.ts'

const never = () => new Promise<never>(() => undefined)
const limited = { settings: { limits: { requestDeadline: 2000 } } }
const hintOf = (outcome: unknown): Promise<unknown> =>
  Promise.resolve(outcome).then(
    () => 'settled',
    (error: { code: string; hint: string }) => [error.code, error.hint],
  )
const expired = (what: string) => [
  'server_error',
  `${what} did not settle within the 2000 ms of "limits.requestDeadline": make it answer in time, or raise the limit`,
]

useFakeTimeouts()

describe('the deadline of a decision', () => {
  it('sets no timer for a value that is available at once', () => {
    const deadline = new Deadline(2000)
    expect([deadline.waitFor('"check"', true), deadline.waitFor('"check"', undefined)]).toEqual([
      true,
      undefined,
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is shared by all waits of a decision, and names each of them', async () => {
    const hints: unknown[] = []
    const outcome = hintOf(
      decideWithin(limited, async (deadline) => {
        await deadline.waitFor('the keys', new Promise((resolve) => setTimeout(resolve, 1500)))
        await hintOf(deadline.waitFor('"check"', never())).then((hint) => hints.push(hint))
        await deadline.waitFor('"blobs"', never())
      }),
    )
    await vi.advanceTimersByTimeAsync(1999)
    expect(hints).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect([hints, await outcome]).toEqual([[expired('"check"')], expired('"blobs"')])
  })

  it('begins with the first wait', async () => {
    const deadline = new Deadline(2000)
    await vi.advanceTimersByTimeAsync(5000)
    const outcome = hintOf(deadline.waitFor('"check"', never()))
    await vi.advanceTimersByTimeAsync(1999)
    const last = hintOf(deadline.waitFor('"blobs"', never()))
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect([await outcome, await last]).toEqual([expired('"check"'), expired('"blobs"')])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind once the decision is made, even if it failed', async () => {
    expect(await within(limited, '"load"', Promise.resolve('grant'))).toBe('grant')
    await expect(within(limited, '"load"', Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('handles a rejection that arrives too late', async () => {
    let reject: (fault: Error) => void = () => undefined
    const outcome = hintOf(within(limited, '"load"', new Promise((_, fail) => (reject = fail))))
    await vi.advanceTimersByTimeAsync(2000)
    reject(new Error('too late'))
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toEqual(expired('"load"'))
  })

  it('accepts thenables of another library', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const foreign = { then: (resolve: (value: string) => void) => void resolve('yes') }
    expect(await within(limited, '"check"', foreign as unknown as PromiseLike<string>)).toBe('yes')
  })
})
