import { isAAuthError } from '@aauth-guard/core'
import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { IssuerKeys } from '../../src/keys/issuer-keys.ts'
import { verifyTokenSignature } from '../../src/keys/verify-token-signature.ts'
import { decodeToken } from '../../src/token/untrusted-token.ts'
import { backends } from './backends.ts'

type Jwk = Readonly<Record<string, unknown>>
interface Group {
  readonly comment: string
  readonly public?: Jwk
  readonly private?: Jwk
  readonly tests: readonly {
    readonly tcId: number
    readonly comment: string
    readonly jws: string
    readonly result: string
  }[]
}

const absent = missing('wycheproof')
const groups =
  absent === undefined
    ? readCorpus<{ testGroups: Group[] }>('wycheproof', 'json_web_signature_test.json').testGroups
    : []
const cases = groups.flatMap(({ comment: group, public: published, private: held, tests }) =>
  tests.map((test) => ({ ...test, group, jwk: published ?? held ?? {} })),
)
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const codeOf = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt()
    return 'accepted'
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}
/** The header with our `typ` in it; the text itself if its header cannot take one. */
const withTyp = (jws: string): string => {
  const [header = '', ...rest] = jws.split('.')
  try {
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as object
    return [encode({ ...members, typ: 'aa-agent+jwt' }), ...rest].join('.')
  } catch {
    return jws
  }
}
/** An issuer that publishes one key, without a network. */
const publishing = (jwk: Jwk): IssuerKeys => {
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/aauth-agent.json': {
      issuer: 'https://agent.example',
      jwks_uri: 'https://agent.example/jwks.json',
    },
    '/jwks.json': { keys: [{ ...jwk, kid: 'kid-ec-sign' }] },
  }
  const fetcher: typeof fetch = async (input) => Response.json(documents[new URL(String(input)).pathname])
  return new IssuerKeys({
    fetcherFor: () => fetcher,
    now: () => now,
    deadline: 3000,
    maxNamed: 1,
    maxUnlisted: 1,
  })
}

describe.skipIf(absent !== undefined)(`Wycheproof json_web_signature ${absent ?? ''}`, () => {
  it('contains 401 signatures', () => expect(cases).toHaveLength(401))

  it('contains no token of the protocol, whatever its signature is worth [JWT-2, R11-020, F17]', async () => {
    for (const { tcId, jws } of cases)
      expect({ tcId, code: await codeOf(() => decodeToken(jws)) }).toEqual({ tcId, code: 'invalid_jwt' })
  })

  it('contains no algorithm except ES256 that would be accepted with the right typ [JWT-3, R11-023, F01, F02, F04]', async () => {
    const others = cases.filter(
      ({ group }) => !['es256', 'SpecialCaseEs256', 'ec_key_for_encryption'].includes(group),
    )
    expect(others).toHaveLength(360)
    for (const { tcId, jws } of others) {
      // The payloads of the corpus are text; an object in their place leaves the algorithm as the only fault.
      const [header, , ...rest] = withTyp(jws).split('.')
      const text = [header, encode({}), ...rest.slice(0, -1), Buffer.alloc(64).toString('base64url')].join(
        '.',
      )
      expect({ tcId, code: await codeOf(() => decodeToken(text)) }).toEqual({ tcId, code: 'invalid_jwt' })
    }
  })

  describe.each(backends)('under ES256 on $name', ({ platform }) => {
    /** Takes a signature as far as a token gets, except for its payload and typ. */
    const verify = async (jws: string, jwk: Jwk): Promise<unknown> => {
      const [header, payload, signature] = jws.split('.')
      const [typed] = withTyp(jws).split('.')
      const token = decodeToken([typed, encode({}), signature].filter((part) => part !== undefined).join('.'))
      const original = { ...token, signingInput: `${header}.${payload}` }
      const source = { iss: 'https://agent.example', dwk: 'aauth-agent.json', named: true } as const
      return verifyTokenSignature(original, source, publishing(jwk), true, platform)
    }
    const es256 = cases.filter(({ group }) =>
      ['es256', 'SpecialCaseEs256', 'ec_key_for_encryption'].includes(group),
    )

    it.each(es256)(
      '$tcId of $group is $result: $comment [JWT-11, R11-029, H05, H06, F06]',
      async ({ jws, jwk, result, comment }) => {
        // The kid selects the issuer's key, so another kid is an unknown key and not a wrong signature.
        const refused = comment === 'rejectsModifiedHeader' ? 'unknown_key' : 'invalid_jwt'
        expect(await codeOf(() => verify(jws, jwk))).toBe(result === 'valid' ? 'accepted' : refused)
      },
    )
  })
})
