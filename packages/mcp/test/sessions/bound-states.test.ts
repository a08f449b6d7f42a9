import { describe, expect, it } from 'vitest'
import { BoundStates, type StateLimits } from '../../src/bound/bound-states.ts'

const owner = (key: string, unlisted: string | null = null) => ({ key, grant: null, unlisted })
const limits: StateLimits = { what: 'x', remedy: 'x', perCaller: 2, total: 3, idle: 10, now: () => 0 }
const limited = expect.objectContaining({ code: 'rate_limited' })

describe('room for states', () => {
  it('that is reserved counts, for its caller and for all callers', () => {
    const states = new BoundStates(limits)
    const first = states.reserve(owner('a'))
    states.reserve(owner('a'))
    expect(() => states.reserve(owner('a'))).toThrow(limited)
    states.reserve(owner('b'))
    expect(() => states.reserve(owner('c'))).toThrow(limited)
    first.release()
    first.release()
    states.reserve(owner('a'))
    expect(() => states.reserve(owner('d'))).toThrow(limited)
  })

  it('is free again once its state is deleted, and once only', () => {
    const states = new BoundStates<object>(limits)
    const room = states.reserve(owner('a'))
    room.keep('1', {})
    room.release()
    states.reserve(owner('a'))
    expect(() => states.reserve(owner('a'))).toThrow(limited)
    states.delete('1')
    states.delete('1')
    states.reserve(owner('a')).keep('2', {})
    expect([states.size, states.find('1'), states.find('2')?.owner.key]).toEqual([1, undefined, 'a'])
    expect(() => states.reserve(owner('a'))).toThrow(limited)
  })

  it('of callers of unlisted issuers is apart, and one such issuer has a tenth of it', () => {
    const states = new BoundStates({ ...limits, perCaller: 1, total: 20 })
    const take = (count: number, issuer: string | null) => {
      for (let i = 0; i < count; i++) states.reserve(owner(`${issuer} ${i}`, issuer))
    }
    take(2, 'https://one.example')
    expect(() => states.reserve(owner('x', 'https://one.example'))).toThrow(limited)
    for (let i = 0; i < 9; i++) take(2, `https://other-${i}.example`)
    expect(() => states.reserve(owner('x', 'https://last.example'))).toThrow(limited)
    take(20, null)
    expect(() => states.reserve(owner('x'))).toThrow(limited)
  })
})
