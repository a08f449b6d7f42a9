import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { IssuerShares } from '../../src/limits/issuer-shares.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'

const exp = now + 1000
const clock = (): number => now

describe('the in-process memory', () => {
  const add = (memory: RevocationMemory, iss: string, count: number) =>
    Array.from({ length: count }, (_, i) =>
      memory.add({ iss, jti: `token-${i}`, exp, listed: iss === 'https://ps.example' }),
    ).filter((verdict) => verdict === 'recorded').length

  it('cannot be filled by a few unlisted issuers: each share shrinks with the free places [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100, clock)
    for (let i = 0; i < 20; i++) add(memory, `https://unlisted-${i}.example`, 100)
    expect(add(memory, 'https://late.example', 100)).toBe(5)
  })

  it('gives a single unlisted issuer the whole share of an issuer [REV-8, K10]', () => {
    expect(add(new RevocationMemory(1000, 100, clock), 'https://unlisted.example', 200)).toBe(100)
  })

  it('keeps the whole share of a listed issuer, however many unlisted ones there are [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100, clock)
    for (let i = 0; i < 1500; i++) add(memory, `https://unlisted-${i}.example`, 1)
    expect(memory.add({ iss: 'https://last.example', jti: 'x', exp, listed: false })).toBe('full')
    expect(add(memory, 'https://ps.example', 200)).toBe(100)
  })

  it('forgets nothing about one issuer because of others [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100, clock)
    add(memory, 'https://ps.example', 1)
    for (let i = 0; i < 1500; i++) add(memory, `https://unlisted-${i}.example`, 2)
    expect(memory.find({ iss: 'https://ps.example', jti: 'token-0' }).revoked).toBe(true)
  })

  it('takes no places of unlisted issuers for listed ones', () => {
    const memory = new RevocationMemory(10, 10, clock)
    add(memory, 'https://ps.example', 10)
    expect(add(memory, 'https://unlisted.example', 10)).toBe(7)
  })

  it('gives unlisted issuers no places that listed ones free', () => {
    let second = now
    const memory = new RevocationMemory(10, 10, () => second)
    add(memory, 'https://ps.example', 10)
    second = now + 2000
    const verdicts = Array.from({ length: 20 }, (_, i) =>
      memory.add({ iss: `https://s-${i}.example`, jti: 'x', exp: second, listed: false }),
    )
    expect(verdicts.filter((verdict) => verdict === 'recorded')).toHaveLength(10)
  })

  it('removes expired entries once a second, however often it is full [K10]', () => {
    const drop = vi.spyOn(IssuerShares.prototype, 'drop')
    let second = now
    const memory = new RevocationMemory(10, 10, () => second)
    const addAnother = (i: number) =>
      memory.add({ iss: `https://s-${i}.example`, jti: 'x', exp, listed: false })
    for (let i = 0; i < 50; i++) addAnother(i)
    expect(drop).toHaveBeenCalledTimes(1)
    second = now + 1
    addAnother(50)
    expect(drop).toHaveBeenCalledTimes(2)
    drop.mockRestore()
  })

  it('keeps nothing about an issuer whose entries have expired [K10]', () => {
    const shares = new IssuerShares<number>(4, 4)
    for (const iss of ['a', 'b', 'c', 'd']) shares.set(iss, 'x', iss < 'c' ? 1 : 2, false)
    shares.drop((until) => until < 2)
    const seen: number[] = []
    shares.drop((until) => seen.push(until) < 0)
    expect(seen).toEqual([2, 2])
  })

  it('keeps counting an entry as listed or unlisted as it was added', () => {
    const shares = new IssuerShares<number>(2, 2)
    shares.set('a', 'x', 1, false)
    shares.set('a', 'x', 2, true)
    shares.drop(() => true)
    for (const iss of ['b', 'c']) shares.set(iss, 'x', 1, false)
    expect([shares.hasRoom('d', false), shares.hasRoom('d', true)]).toEqual([false, true])
  })
})

describe('the memory of a resource', () => {
  it('is full for unlisted issuers at 100 000 entries, and never for listed ones [REV-8]', async () => {
    const { resource } = await makeWorld({
      trust: { personServers: ['https://ps.example'] },
      accessServer: 'https://as.example',
    })
    const revoke = (iss: string) => resource.revoke({ iss, jti: 'x', exp })
    for (let i = 0; i < 100_000; i++) await revoke(`https://s${i}.example`)
    await expect(revoke('https://late.example')).rejects.toThrow(RangeError)
    await expect(revoke('https://ps.example')).resolves.toBeUndefined()
    await expect(revoke('https://as.example')).resolves.toBeUndefined()
  })

  it('holds 10 000 entries of one issuer [REV-8, K10]', async () => {
    const { resource } = await makeWorld()
    const revoke = (jti: string) => resource.revoke({ iss: 'https://s.example', jti, exp })
    for (let i = 0; i < 10_000; i++) await revoke(`token-${i}`)
    await expect(revoke('one-more')).rejects.toThrow(RangeError)
  })
})
