import { expect, it } from 'vitest'
import { Sealer } from '../../src/bound/seal.ts'

it('what is sealed opens for its resource, purpose and binding alone', async () => {
  const key = new Uint8Array(32).fill(7)
  const sealer = new Sealer('https://notes.example', key)
  const sealed = await sealer.seal('event', 'one', 'a.b')
  expect(sealed.endsWith('.a.b')).toBe(true)
  expect(await new Sealer('https://notes.example', key).open('event', 'one', sealed)).toBe('a.b')
  expect([
    await new Sealer('https://other.example', key).open('event', 'one', sealed),
    await new Sealer('https://notes.example', new Uint8Array(32)).open('event', 'one', sealed),
    await sealer.open('request-state', 'one', sealed),
    await sealer.open('event', 'two', sealed),
    await sealer.open('event', 'one', `${sealed}c`),
    await sealer.open('event', 'one', sealed.slice(1)),
    await sealer.open('event', 'one', 'a'),
  ]).toEqual(Array(7).fill(undefined))
})
