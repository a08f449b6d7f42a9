import { availableParallelism } from 'node:os'
import { makeKey } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { octetsOf, signatureOctets } from '../../src/platform/in-place.ts'
import { platform } from '../../src/platform/node.ts'
import type { PublicJwk, VerificationKey } from '../../src/platform/platform.ts'

interface Signed {
  readonly key: VerificationKey
  readonly signature: Uint8Array<ArrayBuffer>
  readonly pieces: readonly string[]
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Texts of several pieces around the length up to which they are written in place. */
const lengths = [1, 100, 1000, 16_383, 16_384, 16_385, 20_000]
const all: Signed[] = []
beforeAll(async () => {
  for (const alg of ['Ed25519', 'ES256'] as const) {
    for (const [at, length] of lengths.entries()) {
      const signer = await makeKey(`overlapping ${at}`, 'k', alg)
      const text = `${at}`.repeat(length)
      const pieces = [text.slice(0, length >> 1), text.slice(length >> 1, length - 1), text.slice(length - 1)]
      const key = await platform.importKey(signer.jwk as PublicJwk)
      all.push({ key, pieces, signature: await signer.sign(new TextEncoder().encode(text)) })
    }
  }
})

describe('verifications that overlap', () => {
  it('have each its own verdict, in the pool and in place, whatever the others verify', async () => {
    const verdicts: (boolean | Promise<boolean>)[] = []
    const expected: boolean[] = []
    for (let turn = 0; turn < 5; turn++) {
      await nextTurn()
      for (const [at, { key, signature, pieces }] of all.entries()) {
        const { signature: ofAnother } = all[(at + 1) % all.length] as Signed
        const { pieces: others } = all[(at + 2) % all.length] as Signed
        const text = Buffer.from(signature).toString('base64')
        verdicts.push(platform.verify(key, text, pieces), platform.verify(key, ofAnother, pieces))
        verdicts.push(platform.verify(key, signature, others), platform.verify(key, signature, pieces))
        expected.push(true, false, false, true)
      }
      // Until the pool is empty, so that the next turn begins in place.
      await Promise.all(verdicts)
    }
    const inPlace = verdicts.filter((verdict) => typeof verdict === 'boolean').length
    expect([inPlace > 0, inPlace < verdicts.length]).toEqual([true, availableParallelism() > 1])
    expect(await Promise.all(verdicts)).toEqual(expected)
  })

  it('alone and in place have the right verdict for texts of any length', async () => {
    for (const { key, signature, pieces } of all) {
      await nextTurn()
      expect(platform.verify(key, signature, pieces)).toBe(true)
      await nextTurn()
      expect(platform.verify(key, signature, [...pieces, 'x'])).toBe(false)
    }
  })

  it('refuse at once a signature that does not have 64 octets', () => {
    for (const { key, signature, pieces } of all) {
      for (const other of [signature.slice(0, 63), signature.slice(0, 0), new Uint8Array([...signature, 0])])
        expect(platform.verify(key, other, pieces)).toBe(false)
    }
  })
})

describe('octets in place', () => {
  it.each([0, 1, 16_383, 16_384, 16_385, 40_000])('are those of a text of %i characters', (length) => {
    const text = 'a\xffb~'.repeat(Math.ceil(length / 4)).slice(0, length)
    for (const at of [0, 1, length >> 1, length])
      expect(octetsOf([text.slice(0, at), text.slice(at)]).toString('latin1')).toBe(text)
  })

  it('hold nothing of a longer text before', () => {
    octetsOf(['a'.repeat(1000)])
    expect(octetsOf(['b', 'c']).toString('latin1')).toBe('bc')
  })

  it('are those of a signature', () => {
    const signature = Uint8Array.from({ length: 64 }, (_, at) => at)
    const text = Buffer.from(signature).toString('base64')
    expect(signatureOctets(signature)).toEqual(Buffer.from(signature))
    expect(signatureOctets(text)).toEqual(Buffer.from(signature))
  })

  it.each([0, 1, 63, 65, 66, 67, 128])('are none of a signature of %i octets', (length) => {
    const signature = new Uint8Array(length).fill(1)
    const text = Buffer.from(signature).toString('base64')
    expect([signatureOctets(signature), signatureOctets(text)]).toEqual([undefined, undefined])
    expect(signatureOctets(text.replace(/=+$/, ''))).toBeUndefined()
  })
})
