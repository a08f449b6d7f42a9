import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derSignature } from '../../src/platform/der-signature.ts'
import { platform } from '../../src/platform/node.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { alg: 'ES256', handle: publicKey } as const
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const zero = Buffer.alloc(32)

const made = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  .map((text) => ({
    text,
    signature: sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }))
/** A number of a signature: any, with zeros in front, zero, the order of the group, the largest. */
const number = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc
    .integer({ min: 1, max: 31 })
    .chain((zeros) =>
      fc
        .uint8Array({ minLength: 32 - zeros, maxLength: 32 - zeros })
        .map((rest) => Buffer.concat([Buffer.alloc(zeros), rest])),
    ),
  fc.constantFrom(zero, order, Buffer.alloc(32, 0xff)),
)

/** The verdict of OpenSSL on the signature in the form in which it was sent. */
const asSent = (signature: Uint8Array, text: string): boolean =>
  verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)

describe('an ES256 signature in DER', () => {
  it('has the verdict of r and s as they were sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        made,
        number,
        fc.nat(63),
        fc.constantFrom('whole', 'r', 's', 'bit'),
        async (valid, other, at, part) => {
          const signature = new Uint8Array(valid.signature)
          if (part === 'r') signature.set(other, 0)
          if (part === 's') signature.set(other, 32)
          if (part === 'bit') signature[at] = (signature[at] as number) ^ 1
          const verdict = await platform.verify(key, signature, [valid.text])
          expect(verdict).toBe(asSent(signature, valid.text))
          expect(verdict).toBe(part === 'whole')
        },
      ),
    )
  })

  it.each([
    ['a leading zero is left out', [0, 0, 1], [0x02, 30, 1]],
    ['a leading bit of 1 gets a zero in front', [0x80], [0x02, 33, 0, 0x80]],
    ['zero keeps one octet', Array(32).fill(0), [0x02, 1, 0]],
  ])('%s', (_title, begin, expected) => {
    const r = [...begin, ...Array(32 - begin.length).fill(7)]
    const der = derSignature(Uint8Array.from([...r, ...Array(32).fill(1)]))
    expect([...der.subarray(2, 2 + expected.length)]).toEqual(expected)
    expect(der[1]).toBe(der.length - 2)
  })
})
