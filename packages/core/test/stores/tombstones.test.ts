import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'

const ps = 'https://ps.example'
const ended = (approver: string, mission = s256) => ({ approver, s256: mission })
const entry = (approver: string, mission = s256) => ({
  ...ended(approver, mission),
  listed: approver === ps,
})

describe('the in-process tombstones', () => {
  it('are not affected by changes to a returned tombstone', () => {
    const memory = new TombstoneMemory(10, 10)
    memory.add({ ...entry(ps), reason: 'revoked' })
    const found = memory.find(entry(ps)) as { reason: string }
    expect(() => {
      found.reason = 'completed'
    }).toThrow(TypeError)
    expect(memory.find(entry(ps))).toEqual({ ...ended(ps), reason: 'revoked' })
  })

  it('of a listed person server keep their share, however many unlisted ones there are [L08]', () => {
    const memory = new TombstoneMemory(20, 5)
    for (let i = 0; i < 40; i++) memory.add(entry(`https://s${i}.example`))
    expect(memory.add(entry('https://late.example'))).toBe('full')
    const verdicts = ['1', '2', '3', '4', '5', '6'].map((mission) => memory.add(entry(ps, mission)))
    expect(verdicts).toEqual(['recorded', 'recorded', 'recorded', 'recorded', 'recorded', 'full'])
  })

  it('of few unlisted person servers do not take all places: each share shrinks with the free places [L08]', () => {
    const memory = new TombstoneMemory(20, 10)
    const counts = ['https://a.example', 'https://b.example', 'https://c.example'].map(
      (approver) =>
        Array.from({ length: 12 }, (_, i) => memory.add(entry(approver, `${i}`))).filter(
          (one) => one === 'recorded',
        ).length,
    )
    expect(counts).toEqual([10, 5, 3])
  })

  it('count as full for every unlisted person server once too many are full to keep their names, and for no listed one', () => {
    const memory = new TombstoneMemory(1, 1)
    memory.add(entry('https://first.example'))
    for (let i = 0; i < 9_999; i++) memory.add(entry(`https://s${i}.example`))
    expect(memory.find(entry('https://unheard-of.example'))).toBeUndefined()
    memory.add(entry('https://one-more.example'))
    expect(memory.find(entry('https://unheard-of.example'))).toBe('full')
    expect(memory.find(entry('https://first.example'))).toEqual(ended('https://first.example'))
    expect(memory.find(entry(ps))).toBeUndefined()
    memory.add(entry(ps, '1'))
    expect(memory.add(entry(ps, '2'))).toBe('full')
    expect(memory.find(entry(ps))).toBe('full')
  })
})

describe('the record of person servers that are full', () => {
  it('contains at most 10 000 unlisted ones [L08]', () => {
    const memory = new TombstoneMemory(1, 1)
    memory.add(entry('https://first.example'))
    const kept = vi.spyOn(Set.prototype, 'add')
    for (let i = 0; i < 10_005; i++) memory.add(entry(`https://s${i}.example`))
    const names = kept.mock.calls.filter(([name]) => String(name).startsWith('https://s')).length
    kept.mockRestore()
    expect(names).toBe(10_000)
  })
})

describe('the tombstones of a resource', () => {
  it('are at most 10 000 for one person server by default [L08]', async () => {
    const { resource } = await makeWorld({ limits: { tombstones: 2 } })
    const end = (mission: string) =>
      resource.missions.terminate({ approver: ps, s256: mission.padEnd(42, '0').concat('A') })
    await end('1')
    await end('2')
    await expect(end('3')).rejects.toThrow(RangeError)
    await expect(end('1')).resolves.toBeUndefined()
    const { resource: usual } = await makeWorld()
    for (let i = 0; i < 10_000; i++)
      await usual.missions.terminate({ approver: ps, s256: String(i).padStart(42, '0').concat('A') })
    await expect(
      usual.missions.terminate({ approver: ps, s256: 'x'.repeat(42).concat('A') }),
    ).rejects.toThrow(RangeError)
  })
})
