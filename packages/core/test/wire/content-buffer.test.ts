import { expect, it } from 'vitest'
import { ContentBuffer } from '../../src/wire/content-buffer.ts'

it('content that arrives in pieces becomes one copy in memory of its own', () => {
  const content = new ContentBuffer()
  const piece = new Uint8Array(100_000).subarray(5, 6)
  piece[0] = 7
  for (let n = 0; n < 9000; n++) content.add(piece)
  content.add(Uint8Array.of(1, 2, 3))
  piece[0] = 0
  expect([content.length, content.octets.length, content.octets[0], content.octets[8999]]).toEqual([
    9003, 9003, 7, 7,
  ])
  expect([...content.octets.subarray(9000)]).toEqual([1, 2, 3])
  // No piece keeps the memory of its host alive.
  expect(content.octets.buffer.byteLength).toBeLessThan(20_000)
})

it('content without pieces becomes zero octets', () => {
  expect(new ContentBuffer().octets).toEqual(new Uint8Array())
})
