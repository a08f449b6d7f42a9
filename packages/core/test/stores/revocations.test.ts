import { describe, expect, it } from 'vitest'
import { RevocationMemory } from '../../src/stores/revocations.ts'

const now = 1000
const revocation = (iss: string, jti: string, exp = now + 100) => ({ iss, jti, exp })

describe('revocation memory', () => {
  it('knows tokens by issuer and jti together [R11-245]', () => {
    const memory = new RevocationMemory(10, 10)
    memory.add(revocation('a', 'x'), now)
    expect([memory.has('a', 'x'), memory.has('b', 'x'), memory.has('a', 'y')]).toEqual([true, false, false])
  })

  it('does not know what an object inherits', () => {
    const memory = new RevocationMemory(10, 10)
    memory.add(revocation('a', 'x'), now)
    expect([memory.has('a', 'toString'), memory.has('constructor', 'x')]).toEqual([false, false])
  })

  it('is bounded for an issuer, and says so [REV-8, K10]', () => {
    const memory = new RevocationMemory(10, 2)
    const verdicts = [
      memory.add(revocation('a', '1'), now),
      memory.add(revocation('a', '2'), now),
      memory.add(revocation('a', '3'), now),
      memory.add(revocation('b', '1'), now),
    ]
    expect(verdicts).toEqual(['recorded', 'recorded', 'full', 'recorded'])
    expect([memory.has('a', '1'), memory.has('a', '3')]).toEqual([true, false])
  })

  it('is bounded in all, and says so [REV-8]', () => {
    const memory = new RevocationMemory(2, 2)
    const verdicts = [
      memory.add(revocation('a', '1'), now),
      memory.add(revocation('b', '1'), now),
      memory.add(revocation('c', '1'), now),
    ]
    expect(verdicts).toEqual(['recorded', 'recorded', 'full'])
    expect(memory.has('c', '1')).toBe(false)
  })

  it('takes a repetition also when it is full [R11-253, REV-12]', () => {
    const memory = new RevocationMemory(1, 1)
    memory.add(revocation('a', '1'), now)
    expect(memory.add(revocation('a', '1'), now)).toBe('recorded')
  })

  it('keeps an entry 60 s past the exp of its token, and no longer when room is needed [REV-10, R11-249]', () => {
    const memory = new RevocationMemory(1, 1)
    memory.add(revocation('a', '1', now + 100), now)
    expect(memory.add(revocation('b', '1'), now + 160)).toBe('full')
    expect(memory.has('a', '1')).toBe(true)
    expect(memory.add(revocation('b', '1'), now + 161)).toBe('recorded')
    expect(memory.has('a', '1')).toBe(false)
  })

  it('keeps the later of two exp [REV-10]', () => {
    const memory = new RevocationMemory(1, 1)
    memory.add(revocation('a', '1', now + 100), now)
    memory.add(revocation('a', '1', now + 10), now)
    expect(memory.add(revocation('b', '1'), now + 100)).toBe('full')
  })

  it('counts what it forgot, so that room stays room [K10]', () => {
    const memory = new RevocationMemory(2, 2)
    for (let round = 0; round < 5; round++) {
      const later = now + round * 1000
      expect(memory.add(revocation('a', `${round} one`, later), later)).toBe('recorded')
      expect(memory.add(revocation('b', `${round} two`, later), later)).toBe('recorded')
      expect(memory.add(revocation('c', `${round} three`, later), later)).toBe('full')
    }
  })

  it('makes room for an issuer whose tokens expired, also when there is room for others [REV-10]', () => {
    const memory = new RevocationMemory(10, 1)
    memory.add(revocation('a', '1', now + 100), now)
    expect(memory.add(revocation('a', '2', now + 500), now + 161)).toBe('recorded')
  })
})
