import { describe, expect, it, vi } from 'vitest'
import { TombstoneMemory } from '../../src/stores/tombstones.ts'
import { makeWorld, now } from '../world.ts'

const s256 = 'A'.repeat(43)
const ended = (approver: string, mission = s256) => ({ approver, s256: mission, learnedAt: now })
const ps = 'https://ps.example'

describe('the tombstones of a process', () => {
  it('do not change when the one who reads them would change them', () => {
    const memory = new TombstoneMemory(10, 10, () => false)
    memory.add({ ...ended(ps), reason: 'revoked' })
    const found = memory.find(ps, s256) as { reason: string }
    expect(() => {
      found.reason = 'completed'
    }).toThrow(TypeError)
    expect(memory.find(ps, s256)).toEqual({ ...ended(ps), reason: 'revoked' })
  })

  it('of a person server that the operator named have their share, however many strangers come [L08]', () => {
    const memory = new TombstoneMemory(20, 5, (approver) => approver === ps)
    for (let i = 0; i < 40; i++) memory.add(ended(`https://s${i}.example`))
    expect(memory.add(ended('https://late.example'))).toBe('full')
    const verdicts = ['1', '2', '3', '4', '5', '6'].map((mission) => memory.add(ended(ps, mission)))
    expect(verdicts).toEqual(['recorded', 'recorded', 'recorded', 'recorded', 'recorded', 'full'])
  })

  it('of few strangers do not take all of the room: each share shrinks with it [L08]', () => {
    const memory = new TombstoneMemory(20, 10, () => false)
    const counts = ['https://a.example', 'https://b.example', 'https://c.example'].map(
      (approver) =>
        Array.from({ length: 12 }, (_, i) => memory.add(ended(approver, `${i}`))).filter(
          (one) => one === 'recorded',
        ).length,
    )
    expect(counts).toEqual([10, 5, 3])
  })

  it('answer for all strangers once too many of them are full to be told apart, and for nobody named', () => {
    const memory = new TombstoneMemory(1, 1, (approver) => approver === ps)
    memory.add(ended('https://first.example'))
    for (let i = 0; i < 9_999; i++) memory.add(ended(`https://s${i}.example`))
    expect(memory.find('https://unheard-of.example', s256)).toBeUndefined()
    memory.add(ended('https://one-more.example'))
    expect(memory.find('https://unheard-of.example', s256)).toBe('full')
    expect(memory.find('https://first.example', s256)).toEqual(ended('https://first.example'))
    expect(memory.find(ps, s256)).toBeUndefined()
    memory.add(ended(ps, '1'))
    expect(memory.add(ended(ps, '2'))).toBe('full')
    expect(memory.find(ps, s256)).toBe('full')
  })
})

describe('the names of person servers that are full', () => {
  it('are kept of 10 000 strangers and no more [L08]', () => {
    const memory = new TombstoneMemory(1, 1, () => false)
    memory.add(ended('https://first.example'))
    const kept = vi.spyOn(Set.prototype, 'add')
    for (let i = 0; i < 10_005; i++) memory.add(ended(`https://s${i}.example`))
    const names = kept.mock.calls.filter(([name]) => String(name).startsWith('https://s')).length
    kept.mockRestore()
    expect(names).toBe(10_000)
  })
})

describe('the tombstones of a resource', () => {
  it('are 10 000 of one person server, unless the operator says otherwise [L08]', async () => {
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
