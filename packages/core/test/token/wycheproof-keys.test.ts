import { isAAuthError } from '@aauth-guard/core'
import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node.ts'
import { checkPublicKey, importPublicKey } from '../../src/token/public-key.ts'

type Jwk = Readonly<Record<string, unknown>>
interface Group {
  readonly comment: string
  readonly public?: { readonly keys: readonly Jwk[] }
  readonly private?: { readonly keys: readonly Jwk[] }
}

const absent = missing('wycheproof')
const groups =
  absent === undefined
    ? readCorpus<{ testGroups: Group[] }>('wycheproof', 'json_web_key_test.json').testGroups
    : []
const keys = groups.flatMap(
  ({ comment, public: published, private: held }) =>
    (published ?? held)?.keys.map((jwk) => ({ comment, kty: jwk.kty, alg: jwk.alg, jwk })) ?? [],
)
const outcome = async (jwk: Jwk): Promise<string> => {
  try {
    await importPublicKey(platform, checkPublicKey(jwk, true))
    return 'usable'
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}

describe.skipIf(absent !== undefined)(`Wycheproof json_web_key ${absent ?? ''}`, () => {
  const curves: readonly (readonly [comment: string, expected: string])[] = [
    ['wrong_algorithm', 'unsupported_algorithm'],
    ['invalid_algorithm', 'unsupported_algorithm'],
    ['invalid_use', 'invalid_key'],
    ['invalid_point', 'invalid_key'],
    ['wrong_curve', 'invalid_key'],
    ['wrong_kty', 'invalid_key'],
  ]
  it.each(curves)('%s gives %s [KEY-7, KEY-10, KEY-11, H07, H08, F06]', async (comment, expected) => {
    const found = keys.filter((key) => key.comment === comment)
    expect(found).toHaveLength(1)
    for (const { jwk } of found) expect(await outcome(jwk)).toBe(expected)
  })

  const others = keys.filter(
    ({ kty, comment }) => (kty === 'RSA' || kty === 'oct') && comment !== 'wrong_kty',
  )
  it('has 21 symmetric and RSA keys', () => expect(others).toHaveLength(21))

  it.each(others)(
    'is refused for its algorithm: $comment: $kty, $alg [KEY-11, KEY-12, F04]',
    async ({ jwk }) => {
      expect(await outcome(jwk)).toBe('unsupported_algorithm')
    },
  )

  it('has a P-256 key beside a symmetric one, of which the public part is usable', async () => {
    const [beside] = keys.filter(({ comment, kty }) => comment === 'jws_mixedSymmetryKeyset' && kty === 'EC')
    const { d: _private, ...jwk } = beside?.jwk ?? {}
    expect(await outcome(jwk)).toBe('usable')
  })
})
