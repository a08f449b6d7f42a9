import { expect, it, vi } from 'vitest'
import { DueTimer } from '../../src/limits/due-timer.ts'
import { useFakeTimeouts } from './fake-timeouts.ts'

useFakeTimeouts()

function makeTimer(start = 1000) {
  const calls: string[] = []
  const clock = { seconds: start, fails: false }
  const timer = new DueTimer(
    () => {
      if (clock.fails) throw new Error('no clock')
      return clock.seconds
    },
    () => calls.push('set back'),
  )
  const item = (name: string) => ({ due: () => calls.push(name) })
  const pass = async (seconds: number): Promise<void> => {
    clock.seconds += seconds
    await vi.advanceTimersByTimeAsync(seconds * 1000)
  }
  return { timer, clock, calls, item, pass }
}

it('an item is due once its second has come, and not before', async () => {
  const { timer, calls, item, pass } = makeTimer()
  timer.add(1010, item('a'))
  await pass(9)
  expect(calls).toEqual([])
  await pass(1)
  expect(calls).toEqual(['a'])
})

it('items added in any order are due in the order of their seconds, with one timer', async () => {
  const { timer, calls, item, pass } = makeTimer()
  for (const second of [1020, 1010, 1030]) timer.add(second, item(String(second)))
  expect(vi.getTimerCount()).toBe(1)
  await pass(10)
  await pass(10)
  expect(calls).toEqual(['1010', '1020'])
})

it('a second beyond the reach of setTimeout is waited for [2^31 ms]', async () => {
  const { timer, calls, item, pass } = makeTimer()
  timer.add(1000 + 2 ** 31, item('a'))
  await pass(60)
  expect(calls).toEqual([])
  expect(vi.getTimerCount()).toBe(1)
})

it('a clock that stands still is read again, and nothing is due', async () => {
  const { timer, calls, item } = makeTimer()
  timer.add(1010, item('a'))
  await vi.advanceTimersByTimeAsync(120_000)
  expect(calls).toEqual([])
})

it('a clock that is set ahead is noticed within 30 seconds', async () => {
  const { timer, clock, calls, item } = makeTimer()
  timer.add(10_000, item('a'))
  clock.seconds = 10_000
  await vi.advanceTimersByTimeAsync(30_000)
  expect(calls).toEqual(['a'])
})

it('a clock that is set back is reported', async () => {
  const { timer, clock, calls, item, pass } = makeTimer()
  timer.add(10_000, item('a'))
  await pass(30)
  clock.seconds = 500
  await vi.advanceTimersByTimeAsync(30_000)
  expect(calls).toEqual(['set back'])
})

it('a clock that fails for a while delays due items and loses none', async () => {
  const { timer, clock, calls, item, pass } = makeTimer()
  timer.add(1010, item('a'))
  clock.fails = true
  await pass(30)
  expect(calls).toEqual([])
  clock.fails = false
  await pass(2)
  expect(calls).toEqual(['a'])
})

it('no timer is left once everything is deleted', () => {
  const { timer, item } = makeTimer()
  const [a, b] = [item('a'), item('b')]
  timer.add(1010, a)
  timer.add(1010, b)
  timer.delete(1010, a)
  timer.delete(1010, a)
  expect([vi.getTimerCount(), timer.size]).toEqual([1, 1])
  timer.delete(1010, b)
  expect([vi.getTimerCount(), timer.size]).toEqual([0, 0])
})
