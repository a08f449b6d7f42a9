import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ReplayMemory } from '../../src/stores/replay-memory.ts'

const now = 1000
const until = now + 60

describe('replay memory', () => {
  it('tells the first from the repeated, by key and text [REPLAY-1]', () => {
    const memory = new ReplayMemory(10, 10)
    const marks = [
      ['a', 'x'],
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ] as const
    expect(marks.map(([owner, text]) => memory.mark(owner, text, until, now))).toEqual([
      'first',
      'repeated',
      'first',
      'first',
      'repeated',
    ])
  })

  it('holds a signature through the last second in which it is fresh [REPLAY-2]', () => {
    const memory = new ReplayMemory(10, 10)
    memory.mark('a', 'x', until, now)
    expect(memory.mark('a', 'x', until, until)).toBe('repeated')
  })

  it('gives back the share of a key when its signatures are stale [J06]', () => {
    const memory = new ReplayMemory(10, 1)
    expect([
      memory.mark('a', '1', until, now),
      memory.mark('a', '2', until, now),
      memory.mark('a', '3', until + 61, until + 1),
    ]).toEqual(['first', 'full', 'first'])
  })

  it('forgets a key of which it holds nothing any more [J06]', () => {
    const memory = new ReplayMemory(10, 10)
    memory.mark('a', '1', until, now)
    const forgotten = vi.spyOn(Map.prototype, 'delete')
    onTestFinished(() => forgotten.mockRestore())
    memory.mark('b', '1', until + 61, until + 1)
    // The signature, and the share of its key.
    expect(forgotten.mock.calls).toEqual([['1 a1'], ['a']])
  })

  it('is full for everybody when all of it is used, and says so rather than forget [J06]', () => {
    const memory = new ReplayMemory(2, 2)
    expect([
      memory.mark('a', '1', until, now),
      memory.mark('b', '1', until, now),
      memory.mark('c', '1', until, now),
      memory.mark('a', '1', until, now),
    ]).toEqual(['first', 'first', 'full', 'repeated'])
  })

  it('makes room the moment something is stale, also when it was full a second ago', () => {
    const memory = new ReplayMemory(1, 1)
    memory.mark('a', '1', until, now)
    expect([memory.mark('b', '1', until + 60, until), memory.mark('b', '1', until + 60, until + 1)]).toEqual([
      'full',
      'first',
    ])
  })

  it('takes what it may have forgotten for repeated after the clock went back [C12]', () => {
    const memory = new ReplayMemory(10, 10)
    memory.mark('a', '1', until, now)
    memory.mark('a', '2', until + 600, now + 600)
    expect([memory.mark('a', '1', until, now), memory.mark('a', '3', until, now)]).toEqual([
      'repeated',
      'repeated',
    ])
  })

  it('never takes one signature for new twice, whatever the clock does [C12, J09]', () => {
    const step = fc.record({
      clock: fc.integer({ min: -200, max: 200 }),
      created: fc.integer({ min: -60, max: 60 }),
      text: fc.constantFrom('1', '2', '3'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new ReplayMemory(8, 8)
        const accepted = new Set<string>()
        let clock = now
        for (const { clock: jump, created, text } of steps) {
          clock += jump
          const signature = `${text} ${clock + created}`
          if (memory.mark('a', signature, clock + created + 60, clock) !== 'first') continue
          expect(accepted).not.toContain(signature)
          accepted.add(signature)
        }
      }),
      { seed: 3, numRuns: 500 },
    )
  })
})
