import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { addressedKinds, agentToken, authToken, everyKind, type Minted, personToken } from './mint.ts'

type Claims = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, claims: Claims]

const world = await makeWorld()
const { agent, net } = world
const { x, y, alg, ...okp } = agent.key.jwk
const cnf = (jwk: unknown): Claims => ({ cnf: { jwk } })

const faults: readonly Fault[] = [
  ['no iss', '[JWT-6, R11-002]', { iss: undefined }],
  ['iss with a slash', '[JWT-6, R11-002, R11-003, G06]', { iss: 'https://ps.example/' }],
  ['iss with a port', '[JWT-6, R11-002, G06]', { iss: 'https://ps.example:8443' }],
  ['iss in upper case', '[JWT-6, R11-002, R11-003, G06]', { iss: 'HTTPS://PS.EXAMPLE' }],
  ['iss over http', '[JWT-6, R11-002, G06]', { iss: 'http://ps.example' }],
  ['iss that is an address', '[JWT-6, R11-002, G06]', { iss: 'https://127.0.0.1' }],
  ['iss that is a list', '[JWT-6, R11-002, G07]', { iss: ['https://evil.example', 'https://ps.example'] }],
  ['no dwk', '[JWT-8, R11-026, G08]', { dwk: undefined }],
  ['dwk with a path', '[JWT-8, R11-026, G08]', { dwk: '../../x' }],
  ['dwk with a query', '[JWT-8, R11-026, G08]', { dwk: 'aauth-agent.json?x' }],
  ['dwk of OpenID', '[JWT-8, R11-026, G08]', { dwk: 'openid-configuration' }],
  ['dwk of resources', '[JWT-8, R11-026, G08]', { dwk: 'aauth-resource.json' }],
  ['dwk constructor', '[JWT-8, G08]', { dwk: 'constructor' }],
  ['dwk in an array', '[JWT-8, G08]', { dwk: ['aauth-person.json'] }],
  ['no jti', '[JWT-17, R11-036]', { jti: undefined }],
  ['an empty jti', '[JWT-17, R11-036]', { jti: '' }],
  ['a jti that is a number', '[JWT-17, R11-036]', { jti: 7 }],
  ['a jti of 257 characters', '[JWT-17]', { jti: 'j'.repeat(257) }],
  ['a jti with a line feed', '[JWT-17]', { jti: 'a\nb' }],
  ['no cnf', '[KEY-6, R11-037, H11]', { cnf: undefined }],
  ['cnf null', '[KEY-6, R11-037, H11]', { cnf: null }],
  ['cnf in an array', '[KEY-6, R11-037, H11]', { cnf: [{ jwk: agent.key.jwk }] }],
  ['cnf with a thumbprint only', '[KEY-6, R11-037, H11]', { cnf: { jkt: agent.key.thumbprint } }],
  ['cnf with a kid only', '[KEY-6, R11-037, H11]', { cnf: { kid: agent.key.kid } }],
  ['cnf.jwk null', '[KEY-6, R11-037, H11]', cnf(null)],
  ['cnf.jwk in an array', '[KEY-6, R11-037, H11]', cnf([agent.key.jwk])],
  ['cnf.jwk that is text', '[KEY-6, R11-037, H11]', cnf(JSON.stringify(agent.key.jwk))],
  [
    'cnf.jwk behind __proto__',
    '[KEY-6, R11-037, G24]',
    { cnf: JSON.parse('{"__proto__":{"jwk":{"kty":"OKP"}}}') },
  ],
  ['cnf.jwk without kty', '[KEY-6, R11-037, H12]', cnf({ crv: 'Ed25519', x, alg })],
  ['cnf.jwk with a kty that is a number', '[KEY-6, R11-037, H12]', cnf({ ...okp, kty: 1, x, alg })],
  ['an OKP key without x', '[KEY-6, R11-037, H12]', cnf({ kty: 'OKP', crv: 'Ed25519', alg })],
  ['an OKP key without crv', '[KEY-6, R11-037, H12]', cnf({ kty: 'OKP', x, alg })],
  ['an OKP key whose x is a number', '[KEY-6, R11-037, H12]', cnf({ ...okp, x: 1, alg })],
  ['an EC key without x', '[KEY-6, R11-037, H12]', cnf({ kty: 'EC', crv: 'P-256', y: x, alg: 'ES256' })],
  ['an EC key without y', '[KEY-6, R11-037, H12]', cnf({ kty: 'EC', crv: 'P-256', x, alg: 'ES256' })],
  ['an EC key without crv', '[KEY-6, R11-037, H12]', cnf({ kty: 'EC', x, y: x, alg: 'ES256' })],
  ['an RSA key without n', '[KEY-6, R11-037, H12]', cnf({ kty: 'RSA', e: 'AQAB', alg: 'RS256' })],
  ['an RSA key without e', '[KEY-6, R11-037, H12]', cnf({ kty: 'RSA', n: 'AQAB', alg: 'RS256' })],
]

describe.each(everyKind)('$kind', ({ mint, requirement }: Minted) => {
  it.each(faults)('is refused with %s before any fetch %s', async (_fault, _ids, claims) => {
    const fetched = net.fetches.length
    const refusal = await world.refusal(await mint(agent, { claims }), { requirement })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toHaveLength(fetched)
  })

  it('may have unknown claims [AGENT-11, AUTH-16, R11-044, G23]', async () => {
    const claims = {
      groups: ['admin'],
      device_posture: { level: 3 },
      r3_granted: [{ x: 1 }],
      constructor: 'x',
      ...(JSON.parse('{"__proto__":{"scopes":["admin"],"account":"root"}}') as object),
    }
    const auth = await world.call(await mint(agent, { claims }), { requirement })
    expect(auth.account).toBeNull()
    expect(auth.scopes).not.toContain('admin')
    expect(JSON.stringify(auth)).not.toMatch(/posture|groups|r3_|__proto__/)
  })

  it('may have a jti of 256 characters [JWT-17]', async () => {
    const jti = 'j'.repeat(256)
    expect((await world.call(await mint(agent, { claims: { jti } }), { requirement })).jti).toBe(jti)
  })

  it('is refused without the key it names [AGENT-4, R11-051]', async () => {
    const refusal = await world.refusal(await mint(agent), { requirement, mistake: 'wrong-key' })
    expect(refusal).toMatchObject({ code: 'invalid_signature', status: 401 })
  })
})

const roles: readonly (readonly [token: Minted, dwk: string, ids: string])[] = [
  [agentToken, 'aauth-person.json', '[JWT-8, R11-026, R11-047]'],
  [agentToken, 'aauth-access.json', '[JWT-8, R11-026, R11-047]'],
  [personToken, 'aauth-access.json', '[JWT-8, PERS-1, R11-026]'],
  [personToken, 'aauth-agent.json', '[JWT-8, PERS-1, R11-026]'],
  [authToken, 'aauth-agent.json', '[JWT-8, AUTH-1, R11-026]'],
]
/** A resource that trusts every issuer in every role, so that trust refuses none of these tokens. */
const trustful = await makeWorld({
  trust: {
    agentProviders: 'any',
    personServers: 'any',
    accessServers: ['https://agent.example', 'https://ps.example'],
  },
})
it.each(roles.map(([minted, dwk, ids]) => ({ ...minted, dwk, ids })))(
  '$kind of $dwk is refused before any fetch $ids',
  async ({ mint, requirement, dwk }) => {
    const token = await mint(trustful.agent, { claims: { dwk } })
    expect(await trustful.refusal(token, { requirement })).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(trustful.net.fetches).toEqual([])
  },
)

const audiences: readonly (readonly [fault: string, aud: unknown])[] = [
  ['no aud', undefined],
  ['another resource', 'https://other.example'],
  ['this resource with a slash', 'https://notes.example/'],
  ['this resource in upper case', 'https://NOTES.example'],
  ['this resource with a port', 'https://notes.example:443'],
  ['a beginning of this resource', 'https://notes.exampl'],
  ['something that begins like this resource', 'https://notes.example.evil.example'],
  ['an empty list', []],
  ['a list of this resource and another', ['https://notes.example', 'https://other.example']],
  ['a list of this resource twice', ['https://notes.example', 'https://notes.example']],
  ['a list of another resource', ['https://other.example']],
  ['a list in a list', [['https://notes.example']]],
  ['an object', { 'https://notes.example': true }],
]
describe.each(addressedKinds)('the audience of $kind', ({ mint, requirement }: Minted) => {
  it.each(audiences)(
    'must not be %s [JWT-18, PERS-2, R11-003, R11-050, R11-060, G09]',
    async (_fault, aud) => {
      const refusal = await world.refusal(await mint(agent, { claims: { aud } }), { requirement })
      expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )
})

describe.each(addressedKinds)('the audience of $kind', ({ mint, requirement }: Minted) => {
  it('may be a list of this resource alone, as JWT libraries write it [JWT-18, R11-060]', async () => {
    const token = await mint(agent, { claims: { aud: ['https://notes.example'] } })
    expect((await world.call(token, { requirement })).iss).toBe('https://ps.example')
  })

  it('is named in the hint in full, beside the expected value [R11-060]', async () => {
    const token = await mint(agent, { claims: { aud: 'https://other.example' } })
    const { hint } = await world.refusal(token, { requirement })
    expect(hint).toBe(
      '"aud" is "https://other.example", and this resource is "https://notes.example": ask for a token for this resource, or set "issuer" to the identifier that agents use',
    )
  })
})

it('the aud of an agent token is ignored [G10]', async () => {
  const token = await agent.agentToken({ claims: { aud: 'https://other.example' } })
  expect((await world.call(token, { requirement: agentToken.requirement })).type).toBe('agent-token')
})
