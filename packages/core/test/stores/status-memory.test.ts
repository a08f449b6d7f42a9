import { describe, expect, it } from 'vitest'
import { StatusMemory } from '../../src/stores/status-store.ts'

const start = 1_790_000_000
const mission = { approver: 'https://ps.example', s256: 'one', listed: true }
const active = { status: 'active', freshFor: 30_000, staleFor: 300_000 } as const

describe('the memory of statuses, after its clock was set back,', () => {
  it('finds no answer, since it cannot tell how much of it is left', () => {
    let time = start
    const memory = new StatusMemory(() => time, 10)
    const verdict = memory.claim(mission, 5500)
    memory.put(mission, (verdict as { claim: string }).claim, active)
    time -= 1
    expect(memory.get(mission)).toBeUndefined()
  })

  it('gives a new claim, and keeps no answer under the one from before', () => {
    let time = start
    const memory = new StatusMemory(() => time, 10)
    const before = memory.claim(mission, 5500) as { claim: string }
    time -= 1
    expect(memory.put(mission, before.claim, active)).toBe('overtaken')
    const after = memory.claim(mission, 5500)
    expect(after).toEqual({ claim: expect.any(String) })
    expect(memory.put(mission, before.claim, active)).toBe('overtaken')
  })
})

describe('the memory of statuses, when its pool is used up,', () => {
  it('refuses more claims until one of them is used, forgotten or over', () => {
    let time = start
    const memory = new StatusMemory(() => time, 2)
    const names = ['a', 'b', 'c', 'd'].map((s256) => ({ ...mission, s256 })) as [
      typeof mission,
      typeof mission,
      typeof mission,
      typeof mission,
    ]
    const used = memory.claim(names[0], 5500) as { claim: string }
    memory.claim(names[1], 5500)
    expect(memory.claim(names[2], 5500)).toBe('full')
    memory.put(names[0], used.claim, active)
    expect(memory.claim(names[2], 5500)).toEqual({ claim: expect.any(String) })
    expect(memory.claim(names[3], 5500)).toBe('full')
    memory.forget(names[1])
    expect(memory.claim(names[3], 5500)).toEqual({ claim: expect.any(String) })
    time += 6
    expect([memory.claim(names[0], 5500), memory.claim(names[1], 5500)]).toEqual([
      { claim: expect.any(String) },
      { claim: expect.any(String) },
    ])
  })

  it('evicts the answer that was used longest ago', () => {
    const memory = new StatusMemory(() => start, 2)
    for (const s256 of ['a', 'b']) {
      const { claim } = memory.claim({ ...mission, s256 }, 5500) as { claim: string }
      memory.put({ ...mission, s256 }, claim, active)
    }
    memory.get({ ...mission, s256: 'a' })
    const { claim } = memory.claim({ ...mission, s256: 'c' }, 5500) as { claim: string }
    memory.put({ ...mission, s256: 'c' }, claim, active)
    const found = ['a', 'b', 'c'].map((s256) => memory.get({ ...mission, s256 }) !== undefined)
    expect(found).toEqual([true, false, true])
  })
})
