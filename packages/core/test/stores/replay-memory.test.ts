import { now as start } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplayMark, ReplayVerdict } from '../../src/stores/replay-store.ts'
import { ReplayMemory } from '../../src/stores/replay-store.ts'

const window = 60
const day = 86_400

/** The memory of a process with a clock that the test sets. */
function makeMemory(bounds: Partial<ConstructorParameters<typeof ReplayMemory>[0]> = {}) {
  const clock = { now: start }
  const all = { max: 100_000, maxPerIssuer: 500_000, maxPerKey: 20_000, ...bounds }
  const memory = new ReplayMemory(all, () => clock.now)
  const mark = (
    fingerprint: string,
    rest: Partial<ReplayMark> & { created?: number } = {},
  ): ReplayVerdict => {
    const { created = clock.now, ...more } = rest
    const until = created + window
    const owner = { issuer: 'https://ps.example', owner: 'key', listed: true }
    return memory.mark({ ...owner, fingerprint, until, window, ...more })
  }
  return { clock, mark }
}

/** How many of `count` new marks a key may make. */
function firsts(mark: ReturnType<typeof makeMemory>['mark'], count: number, rest: Partial<ReplayMark> = {}) {
  let made = 0
  for (let i = 0; i < count; i++) if (mark(`${i}`, rest) === 'first') made += 1
  return made
}

describe('the in-process replay memory', () => {
  it('accepts 100 requests a second for one key of a listed issuer indefinitely, even with a clock a minute ahead [J06]', () => {
    const { clock, mark } = makeMemory()
    const verdicts = new Set<ReplayVerdict>()
    for (let second = 0; second < 400; second++) {
      for (let i = 0; i < 100; i++) verdicts.add(mark(`${second} ${i}`, { created: clock.now + 60 }))
      clock.now += 1
    }
    expect([...verdicts]).toEqual(['first'])
  })

  it('gives the whole share of a key back when thousands of its marks expire in the same second [J06]', () => {
    const { clock, mark } = makeMemory({ maxPerKey: 3000 })
    expect(firsts(mark, 4000)).toBe(3000)
    clock.now += 2 * window
    const verdicts = Array.from({ length: 4000 }, (_none, i) => mark(`later ${i}`))
    expect(verdicts.filter((verdict) => verdict === 'first')).toHaveLength(3000)
    expect(mark('later 1')).toBe('repeated')
  })

  it('accepts as many for a key of an unlisted issuer while no other fills the pool [J06]', () => {
    const { clock, mark } = makeMemory()
    const verdicts = new Set<ReplayVerdict>()
    for (let second = 0; second < 400; second++) {
      for (let i = 0; i < 100; i++)
        verdicts.add(mark(`${second} ${i}`, { created: clock.now + 60, listed: false }))
      clock.now += 1
    }
    expect([...verdicts]).toEqual(['first'])
  })

  it('still accepts them when one unlisted issuer takes all it can under many keys [J06]', () => {
    const { mark } = makeMemory()
    let taken = 0
    for (let key = 0; key < 50; key++)
      taken += firsts(mark, 2000, { issuer: 'https://evil.example', owner: `evil ${key}`, listed: false })
    expect(taken).toBe(50_000)
    expect(firsts(mark, 18_000, { listed: false })).toBe(18_000)
    expect(firsts(mark, 18_000, { owner: 'listed' })).toBe(18_000)
  })

  it('leaves places to the other keys of a listed issuer when some take all they can [J06]', () => {
    const { mark } = makeMemory({ maxPerIssuer: 5000, maxPerKey: 200 })
    let taken = 0
    for (let key = 0; key < 20; key++) taken += firsts(mark, 200, { owner: `evil ${key}` })
    expect(taken).toBeLessThan(5000)
    expect(firsts(mark, 200)).toBeGreaterThan(30)
  })

  it('frees a share once its own marks have expired, whatever others do [J06]', () => {
    const { clock, mark } = makeMemory({ maxPerKey: 3 })
    mark('first and last', { owner: 'other', created: start + 60 })
    expect(firsts(mark, 4)).toBe(3)
    for (let second = 1; second <= 120; second++) {
      clock.now = start + second
      mark(`${second}`, { owner: `other ${second}`, created: clock.now + 60 })
      expect(mark('new')).toBe(second < 120 ? 'full' : 'first')
    }
  })

  it('answers "repeated" until a minute after the signature is stale, then "unknown" [REPLAY-2]', () => {
    const { clock, mark } = makeMemory()
    const verdicts = [0, 60, 119, 120, 121, 100_000].map((later) => {
      clock.now = start + later
      return mark('one', { created: start })
    })
    expect(verdicts).toEqual(['first', 'repeated', 'repeated', 'unknown', 'unknown', 'unknown'])
  })

  it('keeps nothing about a key or an issuer without marks [J06]', () => {
    const { clock, mark } = makeMemory({ max: 4, maxPerKey: 1 })
    for (let round = 0; round < 50; round++) {
      expect(firsts(mark, 2, { issuer: `https://s${round}.example`, owner: `${round}`, listed: false })).toBe(
        1,
      )
      clock.now += 120
    }
    expect(firsts(mark, 1, { listed: false })).toBe(1)
  })
})

describe('a clock that is set', () => {
  it('a day ahead and back costs no issuer its share, and accepts no signature twice [C12, J09]', () => {
    const { clock, mark } = makeMemory({ maxPerKey: 1000 })
    expect(mark('before')).toBe('first')
    clock.now = start + day
    expect([firsts(mark, 1000), mark('over')]).toEqual([1000, 'full'])
    clock.now = start + 10
    // Its mark was dropped while the clock was ahead, and it is still fresh.
    expect(mark('before', { created: start })).toBe('unknown')
    const verdicts = new Set<ReplayVerdict>()
    for (let second = 0; second < 4000; second++) {
      clock.now = start + 61 + second
      verdicts.add(mark(`after ${second}`))
    }
    expect([...verdicts]).toEqual(['first'])
    clock.now = start + day
    expect([mark('0'), mark('999')]).toEqual(['unknown', 'unknown'])
    expect(mark('later', { created: start + day + 1 })).toBe('first')
  })

  it('back makes forgotten signatures unknown, and no later ones [C12]', () => {
    const { clock, mark } = makeMemory()
    mark('one')
    clock.now = start + 600
    mark('two')
    clock.now = start
    expect(mark('one')).toBe('unknown')
    expect(mark('three')).toBe('unknown')
    expect(mark('four', { created: start + 1 })).toBe('first')
  })

  it('to any times never makes one signature accepted twice [C12, J09]', () => {
    const step = fc.record({
      clock: fc.oneof(
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: -5000, max: 5000 }),
      ),
      created: fc.integer({ min: -60, max: 60 }),
      text: fc.constantFrom('1', '2', '3'),
      again: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { clock, mark } = makeMemory({ max: 8 })
        const accepted = new Map<string, number>()
        const send = (signature: string, created: number): void => {
          // The resource refuses stale signatures, which are not marked.
          if (Math.abs(created - clock.now) > 60 || mark(signature, { created }) !== 'first') return
          expect(accepted).not.toContain(signature)
          accepted.set(signature, created)
        }
        for (const { clock: jump, created: offset, text, again } of steps) {
          clock.now += jump
          const created = clock.now + offset
          send(`${text} ${created}`, created)
          const [old] = [...accepted].slice(again % (accepted.size || 1))
          if (old === undefined) continue
          clock.now = old[1]
          expect(mark(old[0], { created: old[1] })).not.toBe('first')
        }
      }),
    )
  })
})
