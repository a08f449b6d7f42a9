import { isAAuthError } from '@aauth-guard/core'
import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { platform as node } from '../../src/platform/node.ts'
import { platform as web } from '../../src/platform/web.ts'
import { checkPublicKey } from '../../src/token/public-key.ts'
import { fallback, fromHex, okp, sodium, verifies } from './backends.ts'

interface Vector {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

const absent = missing('cctv-ed25519')
const vectors = absent === undefined ? readCorpus<Vector[]>('cctv-ed25519', 'ed25519vectors.json') : []
const having =
  (...flags: string[]) =>
  ({ flags: own }: Vector): boolean =>
    flags.some((flag) => own?.includes(flag))
const refusedKey = having('low_order_A', 'non_canonical_A')
const usable = vectors.filter((vector) => !refusedKey(vector))
const check = (key: string): string => {
  try {
    checkPublicKey({ ...okp(fromHex(key)), alg: 'Ed25519' }, false)
    return 'usable'
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}

describe.skipIf(absent !== undefined)(`the vectors of CCTV Ed25519 ${absent ?? ''}`, () => {
  it('contain 914 vectors, of which 388 have a usable key', () => {
    expect([vectors.length, usable.length]).toEqual([914, 388])
  })

  it('never pass a backend a key of small order or in a non-canonical encoding [H01, H02, H09]', () => {
    for (const { key } of vectors.filter(refusedKey)) expect(check(key)).toBe('invalid_key')
  })

  it('pass a backend every other key', () => {
    for (const { key } of usable) expect(check(key)).toBe('usable')
  })

  // Node 20 and 22 accept a nonce of small order, 24 and 26 refuse it, and RFC 8032 lets both: only the holder of the
  // key can make one. What matters is that one runtime has one verdict.
  it('have the same verdict on node and on web [H02]', async () => {
    for (const { key, sig, msg, number } of usable) {
      const verdicts = [node, web].map((platform) => verifies(platform, okp(fromHex(key)), fromHex(sig), msg))
      const [here, there] = await Promise.all(verdicts)
      expect({ number, verdict: there }).toEqual({ number, verdict: here })
    }
  })

  const native = usable.filter(
    (vector) => having('non_canonical_R', 'low_order_residue')(vector) || !having('low_order_R')(vector),
  )
  it.each([node, sodium, web, fallback])(
    'are verified without the cofactor on $name [H02]',
    async (platform) => {
      for (const vector of native) {
        const { number, key, sig, msg } = vector
        const expected = !having('non_canonical_R', 'low_order_residue')(vector)
        const verdict = await verifies(platform, okp(fromHex(key)), fromHex(sig), msg)
        expect({ number, verdict }).toEqual({ number, verdict: expected })
      }
    },
  )
})

const unchecked = missing('ed25519-speccheck')
describe.skipIf(unchecked !== undefined)(`the vectors of ed25519-speccheck ${unchecked ?? ''}`, () => {
  type Case = { readonly message: string; readonly pub_key: string; readonly signature: string }
  const cases = unchecked === undefined ? readCorpus<Case[]>('ed25519-speccheck', 'cases.json') : []

  it.each([0, 1, 10, 11])('case %i has an unusable key [H01]', (index) => {
    expect(check(cases[index]?.pub_key ?? '')).toBe('invalid_key')
  })

  // Case 2 has a nonce of small order, whose verdict is left open above.
  const verdicts: readonly (readonly [index: number, verdict: boolean])[] = [
    [3, true],
    [4, false],
    [5, false],
    [6, false],
    [7, false],
    [8, false],
    [9, false],
  ]
  it.each(verdicts)('case %i verifies on node: %s [H02, H03]', async (index, verdict) => {
    const { message = '', pub_key: key = '', signature = '' } = cases[index] ?? {}
    expect(check(key)).toBe('usable')
    const text = Buffer.from(message, 'hex').toString('latin1')
    expect(await verifies(node, okp(fromHex(key)), fromHex(signature), text)).toBe(verdict)
  })
})
