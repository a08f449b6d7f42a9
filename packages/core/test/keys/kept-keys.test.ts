import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { readKeySet } from '../../src/keys/key-set.ts'

const { jwk } = await makeKey('an issuer', 'key-1', 'Ed25519')
const key = { ...jwk, kid: 'key-1' }

/** What is kept of one key. */
function kept(more: Record<string, unknown>): unknown {
  const found = readKeySet({ keys: [{ ...key, ...more }] }, undefined)?.get('key-1')
  return typeof found === 'object' && { ...found.published }
}

describe('of a published key', () => {
  it('only the members that matter are kept', () => {
    const more = { use: 'sig', x5c: ['MII'], x5t: 'AA', ext: true, iat: 7, nested: { a: [{}, {}] } }
    expect(kept(more)).toEqual({ ...jwk, use: 'sig' })
  })

  it('private members are noticed and not kept [F06]', () => {
    expect(kept({ d: 'secret', k: 'secret' })).toEqual({ ...jwk, d: null, k: null })
  })

  it('a member that cannot be right is kept without its value', () => {
    const wrong = { alg: 'A'.repeat(65), use: ['sig'], x: { a: 1 }, key_ops: ['sign'] }
    expect(kept(wrong)).toEqual({ ...jwk, alg: null, use: null, x: null, key_ops: null })
  })

  it('at most 128 KiB is kept for a whole set, whatever was published', () => {
    const long = Object.fromEntries(
      ['kty', 'crv', 'x', 'y', 'alg', 'use', 'd', 'k', 'more'].map((name) => [name, 'm'.repeat(64)]),
    )
    const keys = Array.from({ length: 200 }, (_, index) => ({ ...long, kid: String(index).padEnd(256, 'k') }))
    const set = readKeySet({ keys }, undefined)
    expect(set?.size).toBe(64)
    expect(JSON.stringify([...(set ?? [])]).length).toBeLessThan(2 * 65_536)
  })
})

describe('a key that is published again', () => {
  it('is the same key when only members differ that do not matter', () => {
    const before = readKeySet({ keys: [key] }, undefined)
    const after = readKeySet({ keys: [{ ...key, iat: 7 }] }, before)
    expect(after?.get('key-1')).toBe(before?.get('key-1'))
  })

  it.each([{ alg: 'EdDSA' }, { use: 'enc' }, { x: zeroOctets }, { d: 'x' }, { key_ops: [] }])(
    'is another key when a member differs that matters: %j [R11-029]',
    (change) => {
      const before = readKeySet({ keys: [key] }, undefined)
      const after = readKeySet({ keys: [{ ...key, ...change }] }, before)
      expect(after?.get('key-1')).not.toBe(before?.get('key-1'))
    },
  )
})
