import { makeWorld } from '@aauth-guard/fixtures/world'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node.ts'
import { importPublicKey, isOnCurve } from '../../src/token/public-key.ts'
import { agentToken, authToken, everyKind, missionHeaderAuthToken, personToken } from './mint.ts'

type Jwk = Readonly<Record<string, unknown>>

const world = await makeWorld()
const { agent, net } = world
const { alg: _, ...withoutAlg } = agent.key.jwk
const p256 = await net.agent({ name: 'p256', alg: 'ES256' })
const octets = (length: number): string => Buffer.alloc(length, 9).toString('base64url')

/** The smallest y, as octets, for which edwards25519 has no point. */
function offCurve(): string {
  for (let y = 2; ; y++) {
    const bytes = new Uint8Array(32)
    bytes[0] = y
    try {
      ed25519.Point.fromBytes(bytes)
    } catch {
      return Buffer.from(bytes).toString('base64url')
    }
  }
}

describe.each(everyKind)('cnf.jwk of $kind', ({ mint, requirement }) => {
  const refusal = async (jwk: Jwk) =>
    world.refusal(await mint(agent, { claims: { cnf: { jwk } } }), { requirement })

  it.each([
    { kty: 'AKP', alg: 'ML-DSA-44', pub: octets(1312) },
    { kty: 'RSA', alg: 'RS256', n: octets(256), e: 'AQ' },
    { kty: 'oct', alg: 'HS256', k: octets(32) },
    { ...agent.key.jwk, alg: 'none' },
    { ...withoutAlg, crv: 'Ed448' },
  ])(
    'is refused, and the answer lists the accepted algorithms: %# [KEY-11, KEY-12, R11-041, R11-042]',
    async (jwk) => {
      const error = await refusal(jwk)
      expect(error).toMatchObject({ code: 'unsupported_algorithm', status: 401 })
      expect(error.headers['signature-error']).toBe('error=unsupported_algorithm')
      expect(error.headers['accept-signature-alg']).toBe('Ed25519, ES256')
    },
  )

  const unusable: readonly (readonly [fault: string, ids: string, jwk: Jwk])[] = [
    ['kty of another algorithm', '[KEY-10, R11-040]', { ...agent.key.jwk, alg: 'ES256' }],
    ['31 octets', '[KEY-7, R11-038]', { ...agent.key.jwk, x: octets(31) }],
    ['padding', '[KEY-7, R11-038, H09]', { ...agent.key.jwk, x: `${agent.key.jwk.x}=` }],
    ['a private member', '[KEY-13, R11-046, H10]', { ...agent.key.jwk, d: octets(32) }],
    [
      'the identity as point',
      '[H01]',
      { ...agent.key.jwk, x: Buffer.from([1, ...Array(31).fill(0)]).toString('base64url') },
    ],
    ['a point that is not on edwards25519', '[KEY-7, R11-038]', { ...agent.key.jwk, x: offCurve() }],
    ['a point that is not on P-256', '[KEY-7, R11-038, H07]', { ...p256.key.jwk, y: octets(32) }],
    [
      'infinity as point of P-256',
      '[KEY-7, R11-038, H07]',
      {
        ...p256.key.jwk,
        x: Buffer.alloc(32).toString('base64url'),
        y: Buffer.alloc(32).toString('base64url'),
      },
    ],
  ]
  it.each(unusable)('is refused with %s %s', async (_fault, _ids, jwk) => {
    const error = await refusal(jwk)
    expect(error).toMatchObject({ code: 'invalid_key', status: 401 })
    expect(error.headers['signature-error']).toBe('error=invalid_key')
    expect(error.headers['accept-signature-alg']).toBeUndefined()
  })
})

describe('the algorithm of cnf.jwk', () => {
  const polymorphic: readonly Jwk[] = [withoutAlg, { ...withoutAlg, alg: 'EdDSA' }]
  const claims = (jwk: Jwk) => ({ claims: { cnf: { jwk } } })

  for (const { kind, mint, requirement } of [personToken, authToken]) {
    it.each(polymorphic)(`is fully specified in ${kind}: $alg is refused [KEY-8, R11-039]`, async (jwk) => {
      const refusal = await world.refusal(await mint(agent, claims(jwk)), { requirement })
      expect(refusal).toMatchObject({ code: 'unsupported_algorithm', status: 401 })
      expect(refusal.headers['accept-signature-alg']).toBe('Ed25519, ES256')
    })
  }

  for (const { kind, mint, requirement } of [agentToken, missionHeaderAuthToken]) {
    it.each(polymorphic)(`may be $alg in ${kind} while drafts 01 to 10 are on [KEY-9]`, async (jwk) => {
      const auth = await world.call(await mint(agent, claims(jwk)), { requirement })
      expect(auth.thumbprint).toBe(agent.key.thumbprint)
    })
  }

  it.each(polymorphic)(
    'must not be $alg in an agent token when only draft 11 is served [KEY-8, R11-039]',
    async (jwk) => {
      const strict = await makeWorld({ generations: ['person-token'] })
      const token = await strict.agent.agentToken(claims(jwk))
      const refusal = await strict.refusal(token, { requirement: agentToken.requirement })
      expect(refusal).toMatchObject({ code: 'unsupported_algorithm', status: 401 })
    },
  )
})

describe('the point of a key', () => {
  it('of Ed25519 is refused when it is not on the curve [KEY-7, R11-038]', async () => {
    const key = (x: string) =>
      ({ alg: 'Ed25519', legacy: false, jwk: { kty: 'OKP', crv: 'Ed25519', x } }) as const
    expect(await isOnCurve(key(agent.key.jwk.x as string))).toBe(true)
    expect(await isOnCurve(key(offCurve()))).toBe(false)
  })

  it('of P-256 is checked at import [KEY-7, R11-038, H07]', async () => {
    const jwk = { kty: 'EC', crv: 'P-256', x: p256.key.jwk.x as string, y: octets(32) } as const
    await expect(importPublicKey(platform, { alg: 'ES256', legacy: false, jwk })).rejects.toMatchObject({
      code: 'invalid_key',
    })
  })
})
