import { beforeEach, describe, expect, it } from 'vitest'
import { FailureBreaker } from '../../src/limits/failure-breaker.ts'
import { type MonotonicClock, stopMonotonicClock } from './monotonic-clock.ts'

let clock: MonotonicClock
let breaker: FailureBreaker
beforeEach(() => {
  clock = stopMonotonicClock()
  breaker = new FailureBreaker()
})

/** Failures that are evenly spread over some milliseconds, the last of them at their end. */
function fail(failures: number, milliseconds: number): void {
  for (let n = 0; n < failures; n++) {
    if (n > 0) clock.advance(milliseconds / (failures - 1))
    breaker.failed()
  }
}

/** How many of ten calls at the same time are admitted. */
const admitted = (): number => Array.from({ length: 10 }, () => breaker.admits()).filter(Boolean).length

describe('a circuit', () => {
  it.each([
    [5, 1000, true],
    [5, 999, false],
    [4, 10_000, false],
    [500, 999, false],
    [50, 1000, true],
  ])('with %d failures in %d ms and no success is open: %s', (failures, milliseconds, isOpen) => {
    fail(failures, milliseconds)
    expect(breaker.isOpen).toBe(isOpen)
    expect(admitted()).toBe(isOpen ? 0 : 10)
  })

  it('stays closed when one call among the failures succeeds', () => {
    fail(4, 900)
    breaker.succeeded()
    fail(4, 900)
    expect(breaker.isOpen).toBe(false)
  })

  it('counts the second from the first failure after a success', () => {
    breaker.failed()
    clock.advance(5000)
    breaker.succeeded()
    fail(5, 999)
    expect(breaker.isOpen).toBe(false)
    clock.advance(1)
    expect(breaker.isOpen).toBe(true)
  })
})

describe('an open circuit', () => {
  beforeEach(() => fail(5, 1000))

  it('admits one call per 250 ms, the first of them 250 ms after the failure that opened it', () => {
    clock.advance(249)
    expect(admitted()).toBe(0)
    for (let n = 0; n < 4; n++) {
      clock.advance(n === 0 ? 1 : 250)
      expect(admitted()).toBe(1)
    }
    clock.advance(249)
    expect(admitted()).toBe(0)
  })

  it('stays open when the call that it admits fails', () => {
    clock.advance(250)
    expect(breaker.admits()).toBe(true)
    breaker.failed()
    expect(admitted()).toBe(0)
  })

  it('is closed by one success', () => {
    clock.advance(250)
    expect(breaker.admits()).toBe(true)
    breaker.succeeded()
    expect([breaker.isOpen, admitted()]).toEqual([false, 10])
  })
})
