import { type AssertionClaims, createAssertionSigner } from '@aauth-guard/core/assertion'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { claims, generateKey, issuer, now } from './scene.ts'

async function signed(changed: Partial<AssertionClaims> = {}, key?: JWK) {
  const signer = createAssertionSigner({ issuer, key: key ?? (await generateKey()), now: () => now + 0.9 })
  const token = await signer.sign({ ...claims, ...changed })
  // A JOSE library of somebody else, as an upstream in another language would use one.
  return jwtVerify(token, createLocalJWKSet(JSON.parse(signer.keys)), { currentDate: new Date(now * 1000) })
}

describe('what is asserted', () => {
  it('a request without a credential is anonymous, and has no subject', async () => {
    const { protectedHeader, payload } = await signed()
    expect(protectedHeader).toEqual({ typ: 'aauth-guard-assertion+jwt', alg: 'ES256', kid: 'assertions-1' })
    expect(payload).toEqual({
      iss: issuer,
      aud: 'notes-app',
      iat: now,
      exp: now + 30,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      htm: 'GET',
      htu: `${issuer}/notes?q=%C3%A4`,
      caller: 'anonymous',
      content: 'none',
      auth: null,
    })
  })

  it('a person is the subject together with the server that names them', async () => {
    const world = await makeWorld()
    const caller = await world.call(await world.agent.authToken({ sub: 'anna' }))
    const { payload } = await signed({ caller, content: 'verified' })
    expect(payload).toMatchObject({
      caller: 'verified',
      sub: '["person-token","https://ps.example","anna"]',
      content: 'verified',
      auth: JSON.parse(JSON.stringify(caller)),
    })
  })

  it('an agent without a person is never the subject', async () => {
    const world = await makeWorld()
    const caller = await world.call(await world.agent.agentToken(), {
      requirement: { accept: 'agent-token' },
    })
    const { payload } = await signed({ caller })
    expect(payload).not.toHaveProperty('sub')
    expect(payload.auth).toMatchObject({ type: 'agent-token', sub: world.agent.id })
  })

  it('another credential that the route takes has no subject either', async () => {
    const caller = { type: 'other', scheme: 'bearer', id: 'key-1', scopes: ['a'] } as const
    const { payload } = await signed({ caller })
    expect(payload).toMatchObject({ caller: 'verified', auth: caller })
    expect(payload).not.toHaveProperty('sub')
  })

  it('a digest is passed on where the upstream compares it', async () => {
    const digest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    expect((await signed({ content: 'upstream', digest })).payload).toMatchObject({
      content: 'upstream',
      digest,
    })
    await expect(signed({ content: 'upstream' })).rejects.toThrow(/^"digest" belongs to/)
    await expect(signed({ content: 'verified', digest })).rejects.toThrow(/^"digest" belongs to/)
  })

  it('every assertion has its own jti', async () => {
    const key = await generateKey()
    const [one, other] = await Promise.all([signed({}, key), signed({}, key)])
    expect(one.payload.jti).not.toBe(other.payload.jti)
  })

  it('a target that is not a path, or an empty name, is not signed', async () => {
    await expect(signed({ target: '.evil.example/notes' })).rejects.toThrow(
      /^"target" is ".evil.example\/notes"/,
    )
    await expect(signed({ audience: '' })).rejects.toThrow(TypeError)
    await expect(signed({ method: '' })).rejects.toThrow(TypeError)
  })
})

describe('the key', () => {
  it('is published without its private member, and nothing else is', async () => {
    const key = await generateKey()
    const { kty, crv, x, y, kid } = key
    expect(JSON.parse(createAssertionSigner({ issuer, key: { ...key, extra: 'x' } as JWK }).keys)).toEqual({
      keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }],
    })
  })

  it('is copied, so that a later change has no effect', async () => {
    const key = { ...(await generateKey()) }
    const signer = createAssertionSigner({ issuer, key })
    key.d = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    await expect(signer.sign(claims)).resolves.toMatch(/^ey/)
  })

  it('of another algorithm, without kid, without d or with a wrong one is refused, and never shown', async () => {
    const key = await generateKey()
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const ed25519 = { ...(await exportJWK(privateKey)), kid: 'k', alg: 'Ed25519' }
    const { kid: _kid, ...unnamed } = key
    const { d: _d, ...open } = key
    for (const wrong of [
      ed25519,
      unnamed,
      open,
      { ...key, alg: 'ES384' },
      { ...key, x: 'AA' },
      {},
      undefined,
    ]) {
      const make = (): unknown => createAssertionSigner({ issuer, key: wrong as JWK })
      expect(make).toThrow(TypeError)
      expect(make).not.toThrow(key.d)
    }
    const foreign = { ...key, d: (await generateKey()).d as string }
    const signing = createAssertionSigner({ issuer, key: foreign }).sign(claims)
    await expect(signing).rejects.toThrow(/"d" does not belong/)
    await expect(signing).rejects.not.toThrow(foreign.d)
  })

  it('an issuer that is not a server identifier, and unknown options, are refused', async () => {
    const key = await generateKey()
    expect(() => createAssertionSigner({ issuer: 'https://notes.example/', key })).toThrow(
      /remove the trailing/,
    )
    expect(() => createAssertionSigner({ issuer, key, kid: 'x' } as never)).toThrow(/"kid" is not an option/)
    expect(() => createAssertionSigner({ issuer, key, now: Date.now })).toThrow(/not in seconds/)
  })
})
