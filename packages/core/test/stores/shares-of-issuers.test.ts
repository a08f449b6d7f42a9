import { describe, expect, it } from 'vitest'
import { RevocationMemory } from '../../src/stores/revocations.ts'
import { makeWorld, now } from '../world.ts'

const exp = now + 1000

describe('the memory of a process', () => {
  const add = (memory: RevocationMemory, iss: string, count: number) =>
    Array.from({ length: count }, (_, i) => memory.add({ iss, jti: `token-${i}`, exp }, now)).filter(
      (verdict) => verdict === 'recorded',
    ).length

  it('cannot be filled by a few strangers: each share shrinks with the room [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100)
    for (let i = 0; i < 20; i++) add(memory, `https://stranger-${i}.example`, 100)
    expect(add(memory, 'https://late.example', 100)).toBe(5)
  })

  it('lets a lone stranger have the whole share of an issuer [REV-8, K10]', () => {
    expect(add(new RevocationMemory(1000, 100), 'https://stranger.example', 200)).toBe(100)
  })

  it('keeps the whole share of an issuer that the operator named, however many strangers come [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100, (iss) => iss === 'https://ps.example')
    for (let i = 0; i < 1500; i++) add(memory, `https://stranger-${i}.example`, 1)
    expect(memory.add({ iss: 'https://last.example', jti: 'x', exp }, now)).toBe('full')
    expect(add(memory, 'https://ps.example', 200)).toBe(100)
  })

  it('forgets nothing of one issuer because others come [REV-8]', () => {
    const memory = new RevocationMemory(1000, 100)
    add(memory, 'https://ps.example', 1)
    for (let i = 0; i < 1500; i++) add(memory, `https://stranger-${i}.example`, 2)
    expect(memory.has('https://ps.example', 'token-0')).toBe(true)
  })

  it('takes nothing from strangers for the named', () => {
    const memory = new RevocationMemory(10, 10, (iss) => iss === 'https://ps.example')
    add(memory, 'https://ps.example', 10)
    expect(add(memory, 'https://stranger.example', 10)).toBe(7)
  })

  it('gives strangers nothing for what it forgets of the named', () => {
    const memory = new RevocationMemory(10, 10, (iss) => iss === 'https://ps.example')
    add(memory, 'https://ps.example', 10)
    const later = now + 2000
    const verdicts = Array.from({ length: 20 }, (_, i) =>
      memory.add({ iss: `https://s-${i}.example`, jti: 'x', exp: later }, later),
    )
    expect(verdicts.filter((verdict) => verdict === 'recorded')).toHaveLength(10)
  })

  it('looks for what has ended once a second, however often it is found full [K10]', () => {
    let looks = 0
    const memory = new RevocationMemory(100, 10, () => {
      looks += 1
      return false
    })
    for (let i = 0; i < 100; i++) memory.add({ iss: `https://s-${i}.example`, jti: 'x', exp }, now)
    memory.add({ iss: 'https://late.example', jti: 'x', exp }, now)
    looks = 0
    for (let i = 0; i < 50; i++) memory.add({ iss: 'https://late.example', jti: `${i}`, exp }, now)
    expect(looks).toBe(50)
  })

  it('keeps nothing of an issuer whose entries have ended [K10]', () => {
    let looks = 0
    const memory = new RevocationMemory(2, 2, () => {
      looks += 1
      return false
    })
    const later = now + 2000
    for (const iss of ['a', 'b']) memory.add({ iss, jti: 'x', exp }, now)
    for (const iss of ['c', 'd']) memory.add({ iss, jti: 'x', exp: later }, later)
    looks = 0
    memory.add({ iss: 'e', jti: 'x', exp: later }, later + 1)
    // Twice for the room of the newcomer, and once for each of the two that are left.
    expect(looks).toBe(4)
  })
})

describe('the memory of a resource', () => {
  it('is full for strangers at 100 000 entries, and never for whom the operator named [REV-8]', async () => {
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
