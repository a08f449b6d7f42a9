import { mission } from '@aauth-guard/fixtures/missions'
import { beforeEach, expect, it } from 'vitest'
import type { VerifiedToken } from '../../src/keys/verified-tokens.ts'
import { CleanAnswers } from '../../src/resource/clean-answers.ts'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'

const token = { claims: { iss: 'https://ps.example', jti: 'one', mission } } as unknown as VerifiedToken

let clock: MonotonicClock
let answers: CleanAnswers
beforeEach(() => {
  clock = stopMonotonicClock()
  answers = new CleanAnswers(30)
  answers.note(token, performance.now())
})

/** So many changes to other tokens. */
function change(count: number): void {
  for (let n = 0; n < count; n++) answers.changed(`other ${n}`)
}

it('an answer from before a change that was forgotten among 10 000 others is not used', () => {
  clock.advance(1)
  change(10_000)
  expect(answers.has(token)).toBe(true)
  answers.changed('one more')
  expect(answers.has(token)).toBe(false)
})

it('an answer from after that change is used', () => {
  change(10_001)
  clock.advance(1)
  answers.note(token, performance.now())
  expect(answers.has(token)).toBe(true)
})

it('a change that is heard again is not forgotten', () => {
  clock.advance(1)
  change(10_000)
  clock.advance(1)
  change(10_000)
  expect(answers.has(token)).toBe(true)
})

it('an answer that is as old as a change is not used', () => {
  answers.changed('mission of no token')
  expect(answers.has(token)).toBe(true)
  answers.changed(JSON.stringify(['https://ps.example']))
  expect(answers.has(token)).toBe(false)
})
