import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { makeKey, type TestKey, type TokenChanges } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { callAs, outcome } from './attempt.ts'

const scope = 'access'

/** HMAC with the public key as the secret, in 64 octets like the signatures that are accepted. */
async function publicKeyAsSecret({ jwk, kid }: TestKey): Promise<TestKey> {
  const key = await makeKey('unused', kid, 'Ed25519')
  const secret = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(atob(String(jwk.x).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
    { name: 'HMAC', hash: 'SHA-512' },
    false,
    ['sign'],
  )
  const sign: TestKey['sign'] = async (bytes) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', secret, bytes))
  return { ...key, sign }
}

describe('an algorithm chosen by the attacker', () => {
  it.each(['HS256', 'HS512', 'none', 'RS256'])(
    'is refused when the header of a token signed with the published key as secret says %s [X24]',
    async (alg) => {
      const { agent, net, call } = await makeWorld()
      const key = await publicKeyAsSecret(net.personServer.key)
      expect(await outcome(call(await agent.authToken({ scope, key, header: { alg } })))).toBe(
        '401 invalid_jwt',
      )
    },
  )

  it('is refused when the header of a token says another one than the published key [X24]', async () => {
    const { agent, call } = await makeWorld()
    expect(await outcome(call(await agent.authToken({ scope, header: { alg: 'ES256' } })))).toBe(
      '401 invalid_jwt',
    )
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['a symmetric key', { kty: 'oct', k: 'AAAA', alg: 'HS256' }, '401 unsupported_algorithm'],
    ['a symmetric key that says Ed25519', { kty: 'oct', k: 'AAAA', alg: 'Ed25519' }, '401 invalid_key'],
    ['a key that says ES256 and is Ed25519', { alg: 'ES256' }, '401 invalid_key'],
    [
      'a key that says Ed25519 and is of P-256',
      { kty: 'EC', crv: 'P-256', y: zeroOctets },
      '401 invalid_key',
    ],
    ['a key that says none', { alg: 'none' }, '401 unsupported_algorithm'],
  ])('is refused when the key in the token is %s [X24]', async (_, members, expected) => {
    const { agent, call } = await makeWorld()
    const changes: TokenChanges = { claims: { cnf: { jwk: { ...agent.key.jwk, ...members } } } }
    expect(await outcome(call(await agent.authToken({ scope, ...changes })))).toBe(expected)
  })

  it.each(['hmac-sha256', 'ecdsa-p256-sha256', 'rsa-v1_5-sha256', 'none'])(
    'is refused when it is the parameter alg=%s of a signature made with the public key as secret [X24]',
    async (alg) => {
      const world = await makeWorld()
      const { agent } = world
      const impostor = Object.assign(Object.create(Object.getPrototypeOf(agent)), agent, {
        key: await publicKeyAsSecret(agent.key),
      }) as typeof agent
      const token = await agent.authToken({ scope })
      expect(await outcome(callAs(world, impostor, token, { params: { alg } }))).toBe('401 invalid_signature')
    },
  )

  it('has no effect as a parameter of a valid signature [X24]', async () => {
    const { agent, call } = await makeWorld()
    const params = { alg: 'hmac-sha256' }
    expect(await outcome(call(await agent.authToken({ scope }), { params }))).toBe('200')
  })
})
