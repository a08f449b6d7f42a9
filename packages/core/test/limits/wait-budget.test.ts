import { beforeEach, expect, it } from 'vitest'
import { WaitBudget } from '../../src/limits/wait-budget.ts'
import { type MonotonicClock, stopMonotonicClock } from './monotonic-clock.ts'

let clock: MonotonicClock
let budget: WaitBudget
beforeEach(() => {
  clock = stopMonotonicClock()
  budget = new WaitBudget(500)
})

it('time in which no call waits does not count', () => {
  clock.advance(10_000)
  expect(budget.left).toBe(500)
})

it('waits that follow each other add up', () => {
  for (let n = 0; n < 3; n++) {
    const stop = budget.begin()
    clock.advance(100)
    stop()
    clock.advance(1000)
  }
  expect(budget.left).toBe(200)
})

it('waits that overlap count once', () => {
  const [first, second] = [budget.begin(), budget.begin()]
  clock.advance(100)
  const third = budget.begin()
  first()
  clock.advance(50)
  second()
  third()
  clock.advance(1000)
  expect(budget.left).toBe(350)
})

it('a wait that has not ended counts so far', () => {
  budget.begin()
  clock.advance(120)
  expect(budget.left).toBe(380)
})

it('nothing is left after 500 ms, and never less', () => {
  const stop = budget.begin()
  clock.advance(700)
  expect(budget.left).toBe(0)
  stop()
  expect(budget.left).toBe(0)
})
