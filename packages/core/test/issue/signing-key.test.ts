import { createResource, type Resource, type SigningKey } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
})

async function publishedKeys(resource: Resource): Promise<JWK[]> {
  const answer = await answerWellKnown(resource, 'GET', '/aauth/jwks.json')
  return JSON.parse(answer?.body ?? '').keys
}

async function makeSigningKey(alg: 'Ed25519' | 'ES256'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: `rs-${alg}`, alg }
}

describe('a configured signing key', () => {
  it.each([
    ['Ed25519', ['alg', 'crv', 'kid', 'kty', 'use', 'x']],
    ['ES256', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
  ] as const)(
    '%s is published with its algorithm and without private members [META-2, R11-122, M09]',
    async (alg, names) => {
      const signingKey = await makeSigningKey(alg)
      const resource = createResource({ issuer: 'https://notes.example', trust: 'any', signingKey })
      const [key, ...others] = await publishedKeys(resource)
      expect([Object.keys(key ?? {}).sort(), key?.alg, key?.kid, key?.x, others]).toEqual([
        names,
        alg,
        `rs-${alg}`,
        signingKey.x,
        [],
      ])
    },
  )

  it('is published without unneeded members', async () => {
    const signingKey = { ...(await makeSigningKey('Ed25519')), k: 'secret', x5c: ['chain'], note: 'secret' }
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any', signingKey })
    const [key] = await publishedKeys(resource)
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  it('signs resource tokens with its own algorithm [RT-2, R11-169]', async () => {
    const { agent, refusal } = await makeWorld({ signingKey: await makeSigningKey('ES256') })
    const { headers } = await refusal(await agent.personToken())
    const [header = ''] = /resource-token="([^.]+)/.exec(headers['aauth-requirement'] ?? '')?.slice(1) ?? []
    expect(JSON.parse(atob(header))).toEqual({ typ: 'aa-resource+jwt', alg: 'ES256', kid: 'rs-ES256' })
  })
})

describe('a generated signing key', () => {
  it('is generated and reported once at start, and published as it signs [META-2, R11-122]', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { resource, agent, refusal } = await makeWorld()
    const before = warn.mock.calls.filter(([text]) => String(text).includes('signingKey'))
    expect(before).toEqual([
      [
        'aauth-guard: "signingKey" is missing, so resource tokens are signed with a key in the memory of this process, and do not verify in other processes or after a restart: make a key with `npx @aauth-guard/cli keygen --out signing-key.json`',
      ],
    ])
    const { headers } = await refusal(await agent.personToken())
    const [header = ''] = /resource-token="([^.]+)/.exec(headers['aauth-requirement'] ?? '')?.slice(1) ?? []
    const [key] = await publishedKeys(resource)
    expect([JSON.parse(atob(header)).kid, key?.alg, Object.keys(key ?? {}).sort()]).toEqual([
      key?.kid,
      'Ed25519',
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
    ])
    await refusal(await agent.personToken())
    expect(warn.mock.calls.filter(([text]) => String(text).includes('signingKey'))).toHaveLength(1)
  })

  it('is different for every resource', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const make = (): Resource => createResource({ issuer: 'https://notes.example', trust: 'any' })
    const [[one], [two]] = await Promise.all([publishedKeys(make()), publishedKeys(make())])
    expect(one?.x).not.toBe(two?.x)
  })
})
