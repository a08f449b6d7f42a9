import { authorize, createResource, type ResourceOptions } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { publicKey, signingKey } from '@aauth-guard/fixtures/keys'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const base: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  signingKey,
}
const metadataPath = '/.well-known/aauth-resource.json'
const jwksPath = '/aauth/jwks.json'

async function document(options: ResourceOptions, path = metadataPath): Promise<Record<string, unknown>> {
  const answer = await answerWellKnown(createResource(options), 'GET', path)
  return JSON.parse(answer?.body ?? '')
}

describe('aauth-resource.json', () => {
  it('states the identity and the enforced rules of the resource, and nothing else [META-1, META-2, META-4, META-6, R11-271, R11-272, R11-274, R11-279]', async () => {
    expect(await document(base)).toEqual({
      issuer: 'https://notes.example',
      jwks_uri: 'https://notes.example/aauth/jwks.json',
      access_mode: 'auth-token',
      authorization_endpoint: 'https://notes.example/aauth/authorize',
      revocation_endpoint: 'https://notes.example/aauth/revoke',
      scope_descriptions: { access: 'Access to this resource' },
      signature_window: 60,
      additional_signature_components: [],
      accept_signature_algs: ['Ed25519', 'ES256'],
    })
  })

  it('follows the options [META-4, R11-274, R11-275]', async () => {
    const options = {
      scopes: { read: 'Read', write: 'Write' },
      signatureWindow: 120,
      additionalSignatureComponents: ['@query', 'content-digest'],
      metadata: { name: 'Notes', logo_uri: 'https://notes.example/logo.svg' },
    }
    expect(await document({ ...base, ...options })).toMatchObject({
      name: 'Notes',
      logo_uri: 'https://notes.example/logo.svg',
      scope_descriptions: options.scopes,
      signature_window: 120,
      additional_signature_components: ['@query', 'content-digest'],
    })
  })

  it('describes the scope of every issued resource token [R11-275]', async () => {
    const { agent, resource, refusal } = await makeWorld({ signingKey })
    const { headers } = await refusal(await agent.personToken())
    const payload = /resource-token="[^.]+\.([^.]+)/.exec(headers['aauth-requirement'] ?? '')?.[1] ?? ''
    const { scope } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const published = JSON.parse((await answerWellKnown(resource, 'GET', metadataPath))?.body ?? '')
    expect(Object.keys(published.scope_descriptions)).toContain(scope)
  })

  it('publishes the window that the guards apply [META-4, R11-274]', async () => {
    const { agent, call, refusal, resource } = await makeWorld({ signatureWindow: 10 })
    const { signature_window: window } = JSON.parse(
      (await answerWellKnown(resource, 'GET', metadataPath))?.body ?? '',
    )
    const token = await agent.authToken({ scope: 'access' })
    expect((await call(token, { created: now - window })).type).toBe('auth-token')
    expect((await refusal(token, { created: now - window - 1 })).code).toBe('invalid_signature')
  })

  it('publishes the algorithms whose signatures are accepted, under the names used in challenges [META-4, R11-274]', async () => {
    const { net, call, resource } = await makeWorld()
    const published = JSON.parse((await answerWellKnown(resource, 'GET', metadataPath))?.body ?? '')
    const accepted: string[] = []
    for (const alg of ['Ed25519', 'ES256'] as const) {
      const agent = await net.agent({ name: alg.toLowerCase(), alg })
      const message = await agent.sign('https://notes.example/notes', {}, { token: await agent.authToken() })
      if ((await authorize(resource, toSignedRequest(message))).type === 'auth-token') accepted.push(alg)
    }
    expect(published.accept_signature_algs).toEqual(accepted)
    const other = await net.agent({ name: 'other' })
    const key = { kty: 'OKP', crv: 'Ed448', alg: 'Ed448', x: 'A'.repeat(76) }
    const token = await other.authToken({ claims: { cnf: { jwk: key } } })
    await expect(call(token)).rejects.toMatchObject({
      code: 'unsupported_algorithm',
      headers: { 'accept-signature-alg': accepted.join(', ') },
    })
  })
})

describe('the JWKS', () => {
  it('is where the metadata says, with the public key only [META-2, R11-122, R11-272, M09]', async () => {
    const { jwks_uri: uri } = await document(base)
    expect(uri).toBe(`https://notes.example${jwksPath}`)
    expect(await document(base, jwksPath)).toEqual({
      keys: [{ ...publicKey, kid: 'rs-1', alg: 'Ed25519', use: 'sig' }],
    })
  })
})

describe('the answer of the well-known routes', () => {
  it.each([metadataPath, jwksPath, `${metadataPath}?x=1`, `${jwksPath}?`])(
    'to GET and HEAD %s is JSON that may be cached for ten minutes',
    async (target) => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await answerWellKnown(createResource(base), method, target)
        expect([answer?.status, answer?.headers]).toEqual([
          200,
          { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' },
        ])
      }
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])(
    'to %s is 405 and lists the allowed methods',
    async (method) => {
      expect(await answerWellKnown(createResource(base), method, jwksPath)).toEqual({
        status: 405,
        headers: {
          allow: 'GET, HEAD',
          'cache-control': 'no-store',
          'content-type': 'application/problem+json',
        },
        body: expect.stringContaining('"status":405,"error":"invalid_request"'),
      })
    },
  )

  it.each([
    '/',
    '/notes',
    `${metadataPath}/`,
    `${metadataPath}x`,
    `/x${metadataPath}`,
    '/.well-known/aauth-resource.JSON',
    '/.well-known//aauth-resource.json',
    '/.well-known/aauth%2Dresource.json',
    '/.well-known/aauth-agent.json',
    `https://notes.example/other${metadataPath}`,
    `?${metadataPath}`,
    '',
  ])('does not exist for %j, which is left to the application', async (target) => {
    expect(await answerWellKnown(createResource(base), 'GET', target)).toBeUndefined()
  })
})
