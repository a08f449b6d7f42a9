import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { checkPublicKey } from '../../src/token/public-key.ts'

const p = 2n ** 255n - 19n
const little = (y: bigint): Buffer => Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse()
const signed = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.from(bytes)
  copy[31] = (copy[31] as number) | 0x80
  return copy
}
const check = (bytes: Uint8Array): unknown =>
  checkPublicKey(
    { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
    false,
  )

const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Buffer.from(hex, 'hex'))
/** Every y in 255 bits that is not reduced. */
const unreduced = Array.from({ length: 19 }, (_, index) => little(p + BigInt(index)))

describe('an Ed25519 key', () => {
  it.each(
    torsion
      .flatMap((bytes) => [bytes, signed(bytes)])
      .map((bytes) => [bytes.toString('hex'), bytes] as const),
  )('is unusable as a point of small order, with either sign bit: %s [H01]', (_hex, bytes) => {
    expect(() => check(bytes)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  })

  it.each(
    unreduced
      .flatMap((bytes) => [bytes, signed(bytes)])
      .map((bytes) => [bytes.toString('hex'), bytes] as const),
  )('is unusable in a non-canonical encoding: %s [H01, H09]', (_hex, bytes) => {
    expect(() => check(bytes)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  })

  // The largest y that is reduced and not of small order, and ordinary ones.
  const good = [
    little(p - 2n),
    signed(little(p - 2n)),
    little(3n),
    little(2n ** 254n),
    ed25519.Point.BASE.toBytes(),
  ]
  it.each(good.map((bytes) => [Buffer.from(bytes).toString('hex'), bytes] as const))(
    'is usable with any other canonical y: %s',
    (_hex, bytes) => {
      expect(check(bytes)).toMatchObject({ alg: 'Ed25519' })
    },
  )

  const absent = missing('misc')
  const rows =
    absent === undefined
      ? readCorpus<{ cases: { x: string }[] }>('misc', 'ed25519-small-order-keys.json').cases
      : []
  describe.skipIf(absent !== undefined)(`in the corpus ${absent ?? ''}`, () => {
    it('has 14 encodings', () => expect(rows).toHaveLength(14))

    it.each(rows)('is unusable as $x [H01]', ({ x }) => {
      expect(() => check(Buffer.from(x, 'base64url'))).toThrow(
        expect.objectContaining({ code: 'invalid_key' }),
      )
    })
  })
})
