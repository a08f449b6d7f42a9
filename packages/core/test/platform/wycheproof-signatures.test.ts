import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import type { PublicJwk } from '../../src/platform/platform.ts'
import { backends, fromHex, okp, verifies } from './backends.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly msg: string
  readonly sig: string
  readonly result: 'valid' | 'invalid'
}
interface Group<Key> {
  readonly publicKey: Key
  readonly tests: readonly Vector[]
}
type Keyed = Vector & { readonly jwk: PublicJwk }

const absent = missing('wycheproof')
const read = <Key>(file: string, jwkOf: (key: Key) => PublicJwk): Keyed[] =>
  absent === undefined
    ? readCorpus<{ testGroups: Group<Key>[] }>('wycheproof', file).testGroups.flatMap(
        ({ publicKey, tests }) => tests.map((vector) => ({ ...vector, jwk: jwkOf(publicKey) })),
      )
    : []
const coordinate = (hex: string): string =>
  Buffer.from(hex.padStart(64, '0').slice(-64), 'hex').toString('base64url')
const corpora: readonly (readonly [name: string, ids: string, vectors: readonly Keyed[], atLeast: number])[] =
  [
    ['Ed25519', '[H03, SIG-24]', read<{ pk: string }>('ed25519_test.json', ({ pk }) => okp(fromHex(pk))), 72],
    [
      'ECDSA on P-256',
      '[H05, H06, SIG-24]',
      read<{ wx: string; wy: string }>('ecdsa_secp256r1_sha256_p1363_test.json', ({ wx, wy }) => ({
        kty: 'EC',
        crv: 'P-256',
        x: coordinate(wx),
        y: coordinate(wy),
      })),
      241,
    ],
  ]
const isWhole = ({ sig }: Vector): boolean => sig.length === 128

describe.skipIf(absent !== undefined).each(corpora)(
  `Wycheproof %s %s ${absent ?? ''}`,
  (name, _ids, vectors, atLeast) => {
    it('contains no valid signature that is not 64 octets long', () => {
      const others = vectors.filter((vector) => !isWhole(vector))
      expect(others.length).toBeGreaterThan(0)
      expect(others.filter(({ result }) => result === 'valid')).toEqual([])
    })

    describe.each(backends)('on $name', ({ platform, textOf }) => {
      const cases = vectors.filter(isWhole).flatMap((vector) => {
        const text = textOf(fromHex(vector.msg))
        return text === undefined ? [] : [{ ...vector, text }]
      })

      it(`contains enough ${name} messages that are text`, () => {
        expect(cases.length).toBeGreaterThanOrEqual(atLeast)
        expect(new Set(cases.map(({ result }) => result))).toEqual(new Set(['valid', 'invalid']))
      })

      it.each(cases)('$tcId is $result: $comment', async ({ jwk, sig, text, result }) => {
        expect(await verifies(platform, jwk, fromHex(sig), text)).toBe(result === 'valid')
      })

      it('gives the same verdicts when all of them overlap', async () => {
        const verdicts = await Promise.all(
          cases.map(({ jwk, sig, text }) => verifies(platform, jwk, fromHex(sig), text)),
        )
        expect(verdicts).toEqual(cases.map(({ result }) => result === 'valid'))
      })
    })
  },
)
