import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { platform as node } from '../../src/platform/node.ts'
import { sodium } from './backends.ts'
import { verdictOf } from './verdict-of.ts'

const { Point } = ed25519
const { ORDER } = Point.Fn
/** A point of order 8: its multiples are the points of small order. */
const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')

/** A signer who knows the key, and may add points of small order to the key and to R, or leave S unreduced. */
interface Signing {
  readonly seed: Uint8Array
  readonly nonce: bigint
  readonly message: Uint8Array
  readonly inKey: number
  readonly inR: number
  readonly unreduced: boolean
}
interface Signed {
  readonly key: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
  readonly message: Uint8Array<ArrayBuffer>
}

function sign({ seed, nonce, message, inKey, inR, unreduced }: Signing): Signed {
  const { scalar } = ed25519.utils.getExtendedPublicKey(seed)
  const key = Point.BASE.multiply(scalar)
    .add(torsion.multiplyUnsafe(BigInt(inKey)))
    .toBytes()
  const r = Point.BASE.multiply(nonce)
    .add(torsion.multiplyUnsafe(BigInt(inR)))
    .toBytes()
  const hash = createHash('sha512').update(r).update(key).update(message).digest()
  const k = BigInt(`0x${hash.reverse().toString('hex')}`) % ORDER
  const s = ((nonce + k * scalar) % ORDER) + (unreduced ? ORDER : 0n)
  const signature = Buffer.concat([r, Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()])
  return {
    key: new Uint8Array(key),
    signature: new Uint8Array(signature),
    message: new Uint8Array(message),
  }
}

const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const smallMultiple = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 7 }))
const signing: fc.Arbitrary<Signing> = fc.record({
  seed: octets(32),
  nonce: fc.bigInt({ min: 1n, max: ORDER - 1n }),
  message: fc.uint8Array({ maxLength: 300 }),
  inKey: smallMultiple,
  inR: smallMultiple,
  unreduced: fc.boolean(),
})
const changes = fc.array(
  fc.record({
    part: fc.constantFrom('key' as const, 'signature' as const, 'message' as const),
    bit: fc.nat({ max: 511 }),
  }),
  { maxLength: 2 },
)

const expectSameVerdict = async ({ key, signature, message }: Signed): Promise<void> => {
  const verdict = await verdictOf(node, key, signature, message)
  expect(await verdictOf(sodium, key, signature, message)).toBe(verdict)
}

describe('sodium-native and OpenSSL', () => {
  it('accept what a signer makes', async () => {
    await fc.assert(
      fc.asyncProperty(signing, async (made) => {
        const { key, signature, message } = sign({ ...made, inKey: 0, inR: 0, unreduced: false })
        expect(await verdictOf(node, key, signature, message)).toBe('accepted')
        expect(await verdictOf(sodium, key, signature, message)).toBe('accepted')
      }),
      runs(100),
    )
  })

  it('have the same verdict on signatures with components of small order, or with S not reduced [H02, H03]', async () => {
    await fc.assert(
      fc.asyncProperty(signing, async (made) => expectSameVerdict(sign(made))),
      runs(300),
    )
  })

  it('have the same verdict on a key, a signature and a message of which bits are flipped [H17]', async () => {
    await fc.assert(
      fc.asyncProperty(signing, changes, async (made, flips) => {
        const signed = sign({ ...made, unreduced: false })
        for (const { part, bit } of flips) {
          const changed = signed[part]
          if (changed.length === 0) continue
          const index = (bit >> 3) % changed.length
          changed[index] = (changed[index] as number) ^ (1 << (bit & 7))
        }
        await expectSameVerdict(signed)
      }),
      runs(300),
    )
  })

  it('have the same verdict on random octets', async () => {
    await fc.assert(
      fc.asyncProperty(octets(32), octets(64), fc.uint8Array(), async (key, signature, message) => {
        await expectSameVerdict({
          key: new Uint8Array(key),
          signature: new Uint8Array(signature),
          message: new Uint8Array(message),
        })
      }),
      runs(300),
    )
  })
})
