import type { Resource, SigningKey } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { signingKey as ed25519 } from '@aauth-guard/fixtures/keys'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type Check, check, equal } from './check.ts'

// RFC 7515 Appendix A.3.
const es256: SigningKey = {
  kty: 'EC',
  crv: 'P-256',
  alg: 'ES256',
  kid: 'rs-2',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
}

/** What the resource signs itself. The runtime's own WebCrypto is the judge. */
export const issued: readonly Check[] = [
  check('answers auth_token_required with a resource token signed with ES256', () => issues(es256, 'ES256')),
  check(
    'answers auth_token_required with a resource token signed with Ed25519',
    () => issues(ed25519, 'Ed25519'),
    ({ ed25519 }) => ed25519 === 'native',
  ),
  check('generates a key when none is configured', ({ ed25519 }) =>
    issues(undefined, ed25519 === 'native' ? 'Ed25519' : 'ES256'),
  ),
]

async function issues(signingKey: SigningKey | undefined, alg: SigningKey['alg']): Promise<void> {
  const { agent, resource, refusal } = await makeWorld(signingKey && { signingKey })
  const { code, headers } = await refusal(await agent.personToken())
  const [, token = ''] = /;resource-token="([^"]+)"$/.exec(headers['aauth-requirement'] ?? '') ?? []
  const [header = '', payload = '', signature = ''] = token.split('.')
  const published = await publishedKey(resource)
  equal([code, published.alg, JSON.parse(atob(standard(header))).alg], ['auth_token_required', alg, alg])
  const raw = octets(published.x as string)
  const key =
    alg === 'Ed25519'
      ? await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
      : await crypto.subtle.importKey(
          'raw',
          Uint8Array.of(4, ...raw, ...octets(published.y as string)),
          { name: 'ECDSA', namedCurve: 'P-256' },
          false,
          ['verify'],
        )
  const algorithm = alg === 'Ed25519' ? alg : { name: 'ECDSA', hash: 'SHA-256' }
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  equal(await crypto.subtle.verify(algorithm, key, octets(signature), signed), true)
}

async function publishedKey(resource: Resource): Promise<Record<string, unknown>> {
  const answer = await answerWellKnown(resource, 'GET', '/aauth/jwks.json')
  return JSON.parse(answer?.body ?? '').keys[0]
}

function standard(base64url: string): string {
  return base64url.replaceAll('-', '+').replaceAll('_', '/')
}

function octets(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(standard(base64url)), (char) => char.charCodeAt(0))
}
