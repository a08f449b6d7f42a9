import { describe, expect, it } from 'vitest'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'

const now = 1000
let second = now
const clock = (): number => second
const revocation = (iss: string, jti: string, exp = now + 100) => ({ iss, jti, exp, listed: false })
const isRevoked = (memory: RevocationMemory, iss: string, jti: string): boolean =>
  memory.find({ iss, jti }).revoked

/** The result of the memory when its clock is at this time. */
function at<T>(there: number, act: () => T): T {
  second = there
  try {
    return act()
  } finally {
    second = now
  }
}

describe('the revocation memory', () => {
  it('knows tokens by issuer and jti together [R11-245]', () => {
    const memory = new RevocationMemory(10, 10, clock)
    memory.add(revocation('a', 'x'))
    expect([isRevoked(memory, 'a', 'x'), isRevoked(memory, 'b', 'x'), isRevoked(memory, 'a', 'y')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('does not find what an object inherits', () => {
    const memory = new RevocationMemory(10, 10, clock)
    memory.add(revocation('a', 'x'))
    expect([isRevoked(memory, 'a', 'toString'), isRevoked(memory, 'constructor', 'x')]).toEqual([
      false,
      false,
    ])
  })

  it('has a limit for an issuer, and reports it [REV-8, K10]', () => {
    const memory = new RevocationMemory(10, 2, clock)
    const verdicts = [
      memory.add(revocation('a', '1')),
      memory.add(revocation('a', '2')),
      memory.add(revocation('a', '3')),
      memory.add(revocation('b', '1')),
    ]
    expect(verdicts).toEqual(['recorded', 'recorded', 'full', 'recorded'])
    expect([isRevoked(memory, 'a', '1'), isRevoked(memory, 'a', '3')]).toEqual([true, false])
  })

  it('has a limit in total, and reports it [REV-8]', () => {
    const memory = new RevocationMemory(2, 2, clock)
    const verdicts = [
      memory.add(revocation('a', '1')),
      memory.add(revocation('b', '1')),
      memory.add(revocation('c', '1')),
    ]
    expect(verdicts).toEqual(['recorded', 'recorded', 'full'])
    expect(isRevoked(memory, 'c', '1')).toBe(false)
  })

  it('accepts a repetition even when it is full [R11-253, REV-12]', () => {
    const memory = new RevocationMemory(1, 1, clock)
    memory.add(revocation('a', '1'))
    expect(memory.add(revocation('a', '1'))).toBe('recorded')
  })

  it('keeps an entry 60 s past the exp of its token, and no longer when places are needed [REV-10, R11-249]', () => {
    const memory = new RevocationMemory(1, 1, clock)
    memory.add(revocation('a', '1', now + 100))
    expect(at(now + 160, () => memory.add(revocation('b', '1')))).toBe('full')
    expect(isRevoked(memory, 'a', '1')).toBe(true)
    expect(at(now + 161, () => memory.add(revocation('b', '1')))).toBe('recorded')
    expect(isRevoked(memory, 'a', '1')).toBe(false)
  })

  it('keeps the later of two exp [REV-10]', () => {
    const memory = new RevocationMemory(1, 1, clock)
    memory.add(revocation('a', '1', now + 100))
    memory.add(revocation('a', '1', now + 10))
    expect(at(now + 100, () => memory.add(revocation('b', '1')))).toBe('full')
  })

  it('counts forgotten entries, so that their places are free again [K10]', () => {
    const memory = new RevocationMemory(2, 2, clock)
    for (let round = 0; round < 5; round++) {
      const later = now + round * 1000
      expect(at(later, () => memory.add(revocation('a', `${round} one`, later)))).toBe('recorded')
      expect(at(later, () => memory.add(revocation('b', `${round} two`, later)))).toBe('recorded')
      expect(at(later, () => memory.add(revocation('c', `${round} three`, later)))).toBe('full')
    }
  })

  it('frees the places of an issuer whose tokens expired, even if there are others left [REV-10]', () => {
    const memory = new RevocationMemory(10, 1, clock)
    memory.add(revocation('a', '1', now + 100))
    expect(at(now + 161, () => memory.add(revocation('a', '2', now + 500)))).toBe('recorded')
  })

  it('keeps the later of two purges, even if the clock went back in between', () => {
    const memory = new RevocationMemory(1, 1, clock)
    expect(at(now + 100, () => memory.purge({ iss: 'a' }))).toBe(now + 100)
    expect(memory.purge({ iss: 'a' })).toBe(now + 100)
    expect(memory.find({ iss: 'a', jti: '1' }).purgedAt).toBe(now + 100)
  })
})
