import type { RecordEntry } from '@aauth-guard/core'
import { heapSize } from '@aauth-guard/fixtures/heap-size'
import { describe, expect, it, vi } from 'vitest'
import { RecordMemory } from '../../src/stores/record-memory.ts'

const start = 1_790_000_000
let time = start
const bounds = { max: 5000, maxOctets: 1e9, maxPerIssuer: 5000, maxPerOwner: 5000 }

function entryOf(id: string, given: Partial<RecordEntry> = {}): RecordEntry {
  return {
    ...{
      kind: 'pending',
      id,
      octets: new Uint8Array(1),
      open: true,
      owner: 'one',
      issuer: 'https://a.example',
    },
    ...{ listed: true, tags: [], expires: time + 100 },
    ...given,
  }
}

function make(given = {}): RecordMemory {
  time = start
  return new RecordMemory(() => time, { ...bounds, ...given })
}

describe('the in-process record store', () => {
  it('is not durable', () => {
    expect(make().durable).toBe(false)
  })

  it('has the bounds of its defaults: 10 of an owner, 100 of an unlisted issuer, 1000 and 64 MiB of all', () => {
    const store = new RecordMemory(() => start)
    let made = 0
    const create = (owner: string, given: Partial<RecordEntry>) => {
      made += 1
      return store.create(entryOf(`${made}`, { owner, listed: false, expires: start + 100, ...given }))
    }
    const counted = (
      owners: number,
      each: number,
      given: (owner: number) => Partial<RecordEntry>,
    ): number => {
      let created = 0
      for (let owner = 0; owner < owners; owner += 1)
        for (let i = 0; i < each; i += 1) if (create(`${owner}`, given(owner)) === 'created') created += 1
      return created
    }
    const ofIssuer = (name: number) => ({ issuer: `https://issuer-${name}.example` })
    expect(counted(1, 20, () => ofIssuer(0))).toBe(10)
    expect(counted(20, 10, () => ofIssuer(0))).toBe(90)
    expect(counted(200, 10, (owner) => ofIssuer(1 + (owner % 20)))).toBe(900)
    const mebibyte = { octets: new Uint8Array(1024 * 1024 - 512), open: false, listed: true }
    expect(counted(100, 1, () => ({ ...ofIssuer(0), ...mebibyte }))).toBe(64)
  })

  it('goes through what has ended in bounded parts, and finds none of it meanwhile', () => {
    const store = make()
    for (let i = 0; i < 5000; i += 1) store.create(entryOf(`${i}`))
    expect(store.create(entryOf('over'))).toBe('full')
    time += 101
    expect(store.find({ kind: 'pending', id: '0' })).toBeUndefined()
    expect(store.find({ kind: 'pending', id: '4999' })).toBeUndefined()
    // All of it is removed before a share counts as used up.
    for (let i = 0; i < 5000; i += 1) expect(store.create(entryOf(`later-${i}`))).toBe('created')
    expect(store.create(entryOf('over'))).toBe('full')
  })

  it('finds space that became free in a second that it has not gone through yet', () => {
    const store = make({ max: 1 })
    store.create(entryOf('a', { expires: time + 5000 }))
    time += 5001
    expect(store.create(entryOf('b'))).toBe('created')
  })

  it('goes through no more than a thousand seconds in one call', () => {
    const store = make()
    store.create(entryOf('a'))
    time += 365 * 86_400
    const get = vi.spyOn(Map.prototype, 'get')
    store.find({ kind: 'pending', id: 'a' })
    const looks = get.mock.calls.length
    get.mockRestore()
    expect(looks).toBeLessThan(1100)
  })

  it('keeps nothing of records that are gone', () => {
    const store = make({ max: 1e6, maxPerOwner: 1e6 })
    const fill = (round: number): void => {
      for (let i = 0; i < 5000; i += 1) {
        const name = `${round}-${i}`
        store.create(entryOf(name, { owner: name, tags: [`tag-${name}`], issuer: `https://${name}.example` }))
      }
      for (let calls = 0; calls < 20; calls += 1) {
        time += 10
        store.find({ kind: 'pending', id: '0' })
      }
    }
    fill(0)
    const before = heapSize()
    for (let round = 1; round < 6; round += 1) fill(round)
    // One record takes about a kilobyte, so 25 000 of them would be 25 MB.
    expect(heapSize() - before).toBeLessThan(4)
    expect(store.find({ kind: 'pending', id: '5-0' })).toBeUndefined()
  })

  it('gives the shares back after its clock went on by a year', () => {
    const store = make({ max: 2 })
    for (const id of ['a', 'b']) expect(store.create(entryOf(id))).toBe('created')
    expect(store.create(entryOf('c'))).toBe('full')
    time += 365 * 86_400
    expect(store.create(entryOf('c'))).toBe('created')
  })

  it('keeps and forgets records by its clock after that was set back', () => {
    const store = make({ max: 1 })
    store.create(entryOf('a'))
    time += 5000
    const catchUp = (): void => {
      for (let calls = 0; calls < 20; calls += 1) store.find({ kind: 'pending', id: 'a' })
    }
    catchUp()
    expect(store.find({ kind: 'pending', id: 'a' })).toBeUndefined()
    time -= 4000
    expect(store.create(entryOf('b'))).toBe('created')
    expect(store.find({ kind: 'pending', id: 'b' })).toBeDefined()
    time += 99
    expect(store.create(entryOf('c'))).toBe('full')
    time += 1
    expect(store.find({ kind: 'pending', id: 'b' })).toBeUndefined()
    time += 5000
    catchUp()
    expect(store.create(entryOf('c'))).toBe('created')
  })

  it('takes nothing for a record that has ended before it is created', () => {
    const store = make({ max: 1 })
    expect(store.create(entryOf('a', { expires: time }))).toBe('created')
    expect(store.find({ kind: 'pending', id: 'a' })).toBeUndefined()
    expect(store.create(entryOf('b'))).toBe('created')
  })
})
