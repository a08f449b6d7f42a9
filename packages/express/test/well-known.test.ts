import type { SigningKey } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/express'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

const metadataPath = '/.well-known/aauth-resource.json'
const jwksPath = '/aauth/jwks.json'

async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: 'r1', alg: 'Ed25519' }
}

describe.each(expressLines)('wellKnown on %s', (_, express) => {
  it('serves the metadata that the guards enforce [META-1, META-4]', async () => {
    const { sendUnsigned } = await serve(
      ({ resource }) => express().use(wellKnown(resource)).use(protect(resource)),
      { scopes: { 'notes.read': 'Read your notes' }, signatureWindow: 30, metadata: { name: 'Notes' } },
    )
    const response = await sendUnsigned('GET', metadataPath)
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('cache-control'),
    ]).toEqual([200, 'application/json', 'public, max-age=600'])
    expect(await response.json()).toEqual({
      name: 'Notes',
      issuer: 'https://notes.example',
      jwks_uri: 'https://notes.example/aauth/jwks.json',
      access_mode: 'auth-token',
      authorization_endpoint: 'https://notes.example/aauth/authorize',
      revocation_endpoint: 'https://notes.example/aauth/revoke',
      scope_descriptions: { 'notes.read': 'Read your notes' },
      signature_window: 30,
      additional_signature_components: [],
      accept_signature_algs: ['Ed25519', 'ES256'],
    })
  })

  it('publishes the public half of the signing key and nothing private [META-2, M09]', async () => {
    const signingKey = await makeSigningKey()
    const { send, sendUnsigned, agent } = await serve(
      ({ resource }) =>
        express()
          .use(wellKnown(resource))
          .use(protect(resource, { scope: 'access' })),
      { signingKey },
    )
    const published = (await (await sendUnsigned('GET', jwksPath)).json()) as { keys: JWK[] }
    expect(published).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: signingKey.x, kid: 'r1', alg: 'Ed25519', use: 'sig' }],
    })
    const challenge = await send({ token: await agent.personToken() })
    const [, resourceToken = ''] =
      /resource-token="([^"]+)"/.exec(challenge.headers.get('aauth-requirement') ?? '') ?? []
    const { payload } = await jwtVerify(resourceToken, createLocalJWKSet(published), {
      currentDate: new Date(1_790_000_000_000),
    })
    expect([challenge.status, payload.iss, payload.scope]).toEqual([401, 'https://notes.example', 'access'])
  })

  it('answers HEAD like GET without the body', async () => {
    const { sendUnsigned } = await serve(({ resource }) => express().use(wellKnown(resource)))
    const get = await sendUnsigned('GET', metadataPath)
    const head = await sendUnsigned('HEAD', metadataPath)
    const length = String((await get.text()).length)
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, length, ''])
  })

  it('answers other methods with 405', async () => {
    const { sendUnsigned } = await serve(({ resource }) => express().use(wellKnown(resource)))
    const response = await sendUnsigned('POST', jwksPath)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it.each(['/notes', '/', `/x${metadataPath}`, `${metadataPath}/x`])(
    'leaves %s to the application',
    async (target) => {
      const { sendUnsigned } = await serve(({ resource }) =>
        express()
          .use(wellKnown(resource))
          .use((_req, res) => {
            res.sendStatus(418)
          }),
      )
      expect((await sendUnsigned('GET', target)).status).toBe(418)
    },
  )

  it('compares the path that the client sent, wherever it is mounted', async () => {
    const { sendUnsigned } = await serve(({ resource }) =>
      express().use('/api', wellKnown(resource)).use('/.well-known', wellKnown(resource)),
    )
    const statuses = [
      (await sendUnsigned('GET', `/api${metadataPath}`)).status,
      (await sendUnsigned('GET', metadataPath)).status,
    ]
    expect(statuses).toEqual([404, 200])
  })

  it('answers 500 server_error when a document cannot be built', async () => {
    const signingKey = { ...(await makeSigningKey()), d: zeroOctets, x: `${'B'.repeat(42)}A` }
    const { sendUnsigned } = await serve(({ resource }) => express().use(wellKnown(resource)), { signingKey })
    expect(await verdictOf(await sendUnsigned('GET', jwksPath))).toEqual([500, 'server_error'])
  })
})
