import { createResource, issueResourceToken, type ResourceOptions } from '@aauth-guard/core'
import { makeSigningKey, notes, published, verified } from '@aauth-guard/fixtures/issued'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

interface KeySet {
  readonly keys: readonly JWK[]
}

const jwks = '/aauth/jwks.json'
const wanted = { scope: 'notes.read' } as const

function create(options: Partial<ResourceOptions>): unknown {
  return createResource({ issuer: 'https://notes.example', trust: 'any', ...options })
}

describe('the published keys', () => {
  it('are the active one first, then the others, each with its alg [META-2, R11-169, R11-272, M08]', async () => {
    const [active, next, last] = [
      await makeSigningKey('Ed25519', 'r2'),
      await makeSigningKey('ES256', 'r3'),
      await makeSigningKey('Ed25519', 'r1'),
    ]
    const { resource, agent, call } = await makeWorld({
      ...notes,
      signingKey: active,
      publishedKeys: [next, last],
    })
    const { keys } = await published<KeySet>(resource, jwks)
    expect(keys.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
      ['r2', 'Ed25519', 'sig'],
      ['r3', 'ES256', 'sig'],
      ['r1', 'Ed25519', 'sig'],
    ])
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const { protectedHeader } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect(protectedHeader.kid).toBe('r2')
  })

  it('hold public members only, even if private ones were given [META-2, M09]', async () => {
    const extra = { ext: true, key_ops: ['sign'], p: 'x', k: 'x', 'x-note': 'x' }
    const [signingKey, next] = [
      { ...(await makeSigningKey('ES256', 'r1')), ...extra },
      { ...(await makeSigningKey('Ed25519', 'r2')), ...extra },
    ]
    const { resource } = await makeWorld({ ...notes, signingKey, publishedKeys: [next] })
    expect(await published(resource, jwks)).toEqual({
      keys: [
        { kty: 'EC', crv: 'P-256', x: signingKey.x, y: signingKey.y, kid: 'r1', alg: 'ES256', use: 'sig' },
        { kty: 'OKP', crv: 'Ed25519', x: next.x, kid: 'r2', alg: 'Ed25519', use: 'sig' },
      ],
    })
  })

  it('are a copy, which later changes of the given objects do not affect [META-2]', async () => {
    const [signingKey, next] = [await makeSigningKey('Ed25519', 'r1'), await makeSigningKey('Ed25519', 'r2')]
    const { resource } = await makeWorld({ ...notes, signingKey, publishedKeys: [next] })
    Object.assign(next, { kid: 'r1' })
    Object.assign(signingKey, { kid: 'r2' })
    const { keys } = await published<KeySet>(resource, jwks)
    expect(keys.map(({ kid }) => kid)).toEqual(['r1', 'r2'])
  })

  it('are a copy of those that a signer had when it was given [META-2]', async () => {
    const publicKey = await makeSigningKey('Ed25519', 'r1')
    const { resource } = await makeWorld({
      ...notes,
      signingKey: { publicKey, sign: () => new Uint8Array(64) },
    })
    Object.assign(publicKey, { kid: 'r2' })
    const { keys } = await published<KeySet>(resource, jwks)
    expect(keys.map(({ kid }) => kid)).toEqual(['r1'])
  })
})

describe('a resource without a signing key', () => {
  it('generates one, publishes it and reports that once, at start [META-2, R11-169, R11-272]', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    onTestFinished(() => warn.mockRestore())
    const { signingKey: _, ...keyless } = notes
    const { resource, agent, call } = await makeWorld(keyless)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const { protectedHeader } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    const { keys } = await published<KeySet>(resource, jwks)
    const told = warn.mock.calls.filter(([text]) => String(text).includes('"signingKey" is missing'))
    expect([told.length, keys.length, Object.keys(keys[0] ?? {})]).toEqual([
      1,
      1,
      ['kty', 'crv', 'x', 'kid', 'alg', 'use'],
    ])
    expect(protectedHeader.kid).toBe(await calculateJwkThumbprint(keys[0] as JWK))
  })
})

describe('createResource refuses', () => {
  const faults: readonly (readonly [what: string, change: Record<string, unknown>])[] = [
    ['no kid', { kid: undefined }],
    ['an empty kid', { kid: '' }],
    ['no alg', { alg: undefined }],
    ['alg EdDSA', { alg: 'EdDSA' }],
    ['the alg of another curve', { alg: 'ES256' }],
    ['another kty', { kty: 'EC' }],
    ['another curve', { crv: 'X25519' }],
    ['no x', { x: undefined }],
    ['a padded x', { x: `${zeroOctets}=` }],
    ['a short x', { x: 'AAAA' }],
  ]
  it.each(faults)('a signing key with %s [RT-2, R11-122, R11-169, M08]', async (_, change) => {
    const signingKey = { ...(await makeSigningKey()), ...change } as never
    expect(() => create({ signingKey })).toThrow(/^"signingKey" (?:is not a supported key|has no )/)
  })

  it.each(faults)('a signer whose key has %s [RT-2, R11-122, R11-169, M08]', async (_, change) => {
    const publicKey = { ...(await makeSigningKey()), ...change }
    const signingKey = { publicKey, sign: () => new Uint8Array(64) } as never
    expect(() => create({ signingKey })).toThrow(
      /^"signingKey\.publicKey" (?:is not a supported key|has no )/,
    )
  })

  it.each(faults)('a published key with %s [R11-122, R11-169]', async (_, change) => {
    const publishedKeys = [{ ...(await makeSigningKey()), ...change }] as never
    expect(() => create({ publishedKeys })).toThrow(/^"publishedKeys" (?:is not a supported key|has no )/)
  })

  it.each([
    ['no d', undefined],
    ['a short d', 'AAAA'],
  ])('a signing key with %s [R11-122, M08]', async (_, d) => {
    const signingKey = { ...(await makeSigningKey()), d } as never
    expect(() => create({ signingKey })).toThrow(/^"signingKey" has no valid "d": /)
  })

  it('a P-256 key without y [R11-122]', async () => {
    const signingKey = { ...(await makeSigningKey('ES256')), y: undefined } as never
    expect(() => create({ signingKey })).toThrow(/^"signingKey" has no valid coordinates: /)
  })

  it('a published key with the kid of the signing key [META-2]', async () => {
    const [signingKey, other] = [await makeSigningKey(), await makeSigningKey('ES256')]
    expect(() => create({ signingKey, publishedKeys: [other] })).toThrow(/^"publishedKeys" repeats a "kid"/)
  })

  it('a published key with the kid of the signer [META-2]', async () => {
    const [publicKey, other] = [await makeSigningKey(), await makeSigningKey('ES256')]
    const signingKey = { publicKey, sign: () => new Uint8Array(64) }
    expect(() => create({ signingKey, publishedKeys: [other] })).toThrow(/^"publishedKeys" repeats a "kid"/)
  })

  it('two published keys with one kid [META-2]', async () => {
    const publishedKeys = [await makeSigningKey(), await makeSigningKey('ES256')]
    expect(() => create({ publishedKeys })).toThrow(/^"publishedKeys" repeats a "kid"/)
  })

  it('published keys that are not a list [META-2]', () => {
    expect(() => create({ publishedKeys: {} as never })).toThrow(/^"publishedKeys" is not a list: /)
  })
})
