import { createHmac } from 'node:crypto'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

type Header = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, header: Header]

const world = await makeWorld()
const { agent, net } = world
const issuer = net.personServer

/** Headers that are refused although the issuer signed them, so that only the header is at fault. */
const faults: readonly Fault[] = [
  ['no typ', '[JWT-2, R11-020, F17]', { typ: undefined }],
  ['typ JWT', '[JWT-2, R11-020, F17]', { typ: 'JWT' }],
  ['typ at+jwt', '[JWT-2, F17]', { typ: 'at+jwt' }],
  ['typ dpop+jwt', '[JWT-2, F17]', { typ: 'dpop+jwt' }],
  ['the typ of the first drafts', '[JWT-2, R11-020]', { typ: 'auth+jwt' }],
  ['typ in upper case', '[JWT-2, R11-020, F17]', { typ: 'AA-AUTH+JWT' }],
  ['typ with media type prefix', '[JWT-2, R11-020, F17]', { typ: 'application/aa-auth+jwt' }],
  ['typ in an array', '[JWT-2, F17]', { typ: ['aa-auth+jwt'] }],
  ['typ toString', '[JWT-2, F17]', { typ: 'toString' }],
  ['typ of its own resource tokens', '[JWT-2, R11-020, F18]', { typ: 'aa-resource+jwt' }],
  ['no alg', '[JWT-3, R11-023]', { alg: undefined }],
  ['alg none', '[JWT-3, R11-023, F01]', { alg: 'none' }],
  ['alg None', '[JWT-3, R11-023, F01]', { alg: 'None' }],
  ['alg nOnE', '[JWT-3, R11-023, F01]', { alg: 'nOnE' }],
  ['alg HS256', '[JWT-3, R11-023, F02]', { alg: 'HS256' }],
  ['alg RS256', '[JWT-3, F04]', { alg: 'RS256' }],
  ['alg PS256', '[JWT-3, F04]', { alg: 'PS256' }],
  ['alg ES384', '[JWT-3, F04]', { alg: 'ES384' }],
  ['alg ES256K', '[JWT-3, F04]', { alg: 'ES256K' }],
  ['alg Ed448', '[JWT-3, F04]', { alg: 'Ed448' }],
  ['alg ML-DSA-44', '[JWT-3, F04]', { alg: 'ML-DSA-44' }],
  ['alg in lower case', '[JWT-3]', { alg: 'ed25519' }],
  ['alg in an array', '[JWT-3]', { alg: ['Ed25519'] }],
  ['no kid', '[JWT-4, R11-024, F10]', { kid: undefined }],
  ['an empty kid', '[JWT-4, R11-024, F10]', { kid: '' }],
  ['a kid that is a number', '[JWT-4, R11-024, F10]', { kid: 1 }],
  ['a kid that is an object', '[JWT-4, R11-024, F10]', { kid: { toString: 'key-1' } }],
  ['a kid of 257 characters', '[JWT-4, F10]', { kid: 'k'.repeat(257) }],
  ['crit with an unknown name', '[JWT-5, F07]', { crit: ['x'], x: 1 }],
  ['an empty crit', '[JWT-5, F07]', { crit: [] }],
  ['crit that is a string', '[JWT-5, F07]', { crit: 'exp' }],
  ['b64 without crit', '[F07]', { b64: false }],
  ['b64 under crit', '[JWT-5, F07]', { b64: false, crit: ['b64'] }],
  ['zip', '[F08]', { zip: 'DEF' }],
  ['enc', '[F08]', { enc: 'A256GCM' }],
  ['cty', '[F08]', { cty: 'JWT' }],
]

describe('the JOSE header', () => {
  it.each(faults)('with %s is refused before any fetch %s', async (_fault, _ids, header) => {
    const refusal = await world.refusal(await agent.authToken({ header }))
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toEqual([])
  })

  const publicKeys: readonly (readonly [shape: string, bytes: string | Buffer])[] = [
    ['the raw point', Buffer.from(issuer.key.jwk.x as string, 'base64url')],
    ['the text of its x', issuer.key.jwk.x as string],
    ['the JWK', JSON.stringify(issuer.key.jwk)],
  ]
  it.each(publicKeys)(
    'with HMAC keyed with %s of the issuer is refused [JWT-3, R11-023, F02]',
    async (_, bytes) => {
      // SHA-512, so that the length of the signature is not another reason for a refusal.
      const key = {
        ...issuer.key,
        sign: async (input: Uint8Array) => new Uint8Array(createHmac('sha512', bytes).update(input).digest()),
      }
      const token = await agent.authToken({ header: { alg: 'HS512' }, key })
      expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )
})

describe('the key of a token', () => {
  const unknown = [
    '../../etc/passwd',
    "x' OR 1=1",
    ';id',
    '__proto__',
    'constructor',
    'a\r\nb',
    'k'.repeat(256),
  ]
  it.each(unknown)('is looked up by kid %j as a plain name [JWT-4, R11-025, F10]', async (kid) => {
    const refusal = await world.refusal(await agent.authToken({ header: { kid } }))
    expect(refusal).toMatchObject({ code: 'unknown_key', status: 401 })
  })

  it('must not be an Ed25519 key when the header says ES256 [JWT-3, R11-023, F05]', async () => {
    const token = await agent.authToken({ header: { alg: 'ES256' } })
    expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
  })

  it('must not be a P-256 key when the header says Ed25519 [JWT-3, R11-023, F05]', async () => {
    const other = await net.issuer('person-server', 'https://ps256.example', 'ES256')
    const token = await agent.authToken({ header: { alg: 'Ed25519' } }, other)
    expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
  })

  it('is never taken from the header of the token [KEY-14, R11-043, F09]', async () => {
    const { key } = agent
    const token = await agent.authToken({ key, header: { kid: issuer.key.kid, jwk: key.jwk } })
    expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
  })

  const locators: readonly Header[] = [
    { jku: 'https://evil.example/jwks.json' },
    { x5u: 'https://evil.example/cert.pem' },
    { x5c: ['MIIB'] },
    { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
  ]
  it.each(locators)('is never fetched from %j [JWT-5, KEY-14, R11-043, F09]', async (header) => {
    const fresh = await makeWorld()
    await fresh.call(await fresh.agent.authToken({ header }))
    expect(fresh.net.fetches.map(({ url }) => url)).toEqual([
      'https://ps.example/.well-known/aauth-person.json',
      'https://ps.example/jwks.json',
    ])
  })
})
