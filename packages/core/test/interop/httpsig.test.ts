import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, authorize, createResource, type Resource, verifyContent } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { signedRequest } from '@aauth-guard/core/node'
import { createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import {
  fetch as fetchSigned,
  generateKeyPair,
  type HttpSigFetchOptions,
  parseAcceptSignatureAlg,
  parseAcceptSignatureScheme,
  parseSignatureError,
} from '@hellocoop/httpsig'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let net: TestNetwork
let resource: Resource
let origin: string
// That signer reads the system's clock, so the network follows it as well.
beforeAll(async () => {
  net = await createTestNetwork({ seed: 'interop' })
  origin = (await net.listen(serve)).url
  resource = createResource({
    issuer: net.resource,
    authorities: [new URL(origin).host],
    trust: 'any',
    fetch: net.fetch,
  })
})
afterAll(() => net.close())

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const requirement = { accept: ['agent-token', 'auth-token'] } as const
    const auth = await authorize(resource, signedRequest(req), requirement, { content: 'later' })
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    await verifyContent(auth, Buffer.concat(chunks))
    const { type, agent, sub } = auth
    res.end(JSON.stringify({ type, agent, sub, covered: auth.covered, content: contentBinding(auth) }))
  } catch (error) {
    const { status, headers, body } = await answer(error)
    res.writeHead(status, headers).end(body)
  }
}

/** An unrelated agent with its own keys and its own signer; only its token is issued here. */
async function unrelatedKey(
  algorithm: 'Ed25519' | 'ES256',
): Promise<Pick<HttpSigFetchOptions, 'signingKey' | 'signingCryptoKey'>> {
  const { privateKey, publicKey } = await generateKeyPair({ algorithm })
  return { signingKey: publicKey, signingCryptoKey: privateKey }
}

async function send(
  algorithm: 'Ed25519' | 'ES256',
  kind: 'agent-token' | 'auth-token',
  options: Partial<HttpSigFetchOptions> = {},
  path = '/notes?page=2',
): Promise<Response> {
  const key = await unrelatedKey(algorithm)
  const agent = await net.agent()
  const claims = { cnf: { jwk: key.signingKey } }
  const jwt = await (kind === 'agent-token'
    ? agent.agentToken({ claims })
    : agent.authToken({ claims, scope: 'access' }))
  return (await fetchSigned(`${origin}${path}`, {
    ...key,
    signatureKey: { type: 'jwt', jwt },
    ...options,
  })) as Response
}

describe.each(['Ed25519', 'ES256'] as const)(
  'an agent that signs with @hellocoop/httpsig and %s',
  (algorithm) => {
    it('is accepted with an agent token [SIG-24, KEY-14, R11-102]', async () => {
      const response = await send(algorithm, 'agent-token')
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          type: 'agent-token',
          agent: 'aauth:planner@agent.example',
          sub: 'aauth:planner@agent.example',
          covered: ['@method', '@authority', '@path', 'signature-key'],
          content: 'uncovered',
        },
      ])
    })

    it('is accepted with an auth token and content under its digest [SIG-12, SIG-24, R11-104]', async () => {
      const response = await send(algorithm, 'auth-token', { method: 'POST', body: 'a note' })
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          type: 'auth-token',
          sub: 'person-1',
          covered: ['@method', '@authority', '@path', 'content-type', 'signature-key', 'content-digest'],
          content: 'checked',
        },
      ])
    })

    it('is accepted on a path with percent encoding and under another label [SIG-15, D02]', async () => {
      const response = await send(algorithm, 'agent-token', { label: 'agent1' }, '/a%2Fb/%E2%82%AC')
      expect(response.status).toBe(200)
    })

    it('is refused without the key of its token [SIG-24, KEY-14]', async () => {
      const response = await send(algorithm, 'agent-token', await unrelatedKey(algorithm))
      expect([response.status, parseSignatureError(response.headers.get('signature-error') ?? '')]).toEqual([
        401,
        { error: 'invalid_signature' },
      ])
    })
  },
)

describe('what that library reads from a refusal', () => {
  it('is the code and the components that must be covered [SIG-7, ERR-4, R11-090, R11-109]', async () => {
    const response = await send('Ed25519', 'agent-token', {
      components: ['@method', '@path', 'signature-key'],
    })
    expect(parseSignatureError(response.headers.get('signature-error') ?? '')).toEqual({
      error: 'invalid_input',
      required_input: ['@method', '@authority', '@path', 'signature-key'],
    })
  })

  it('is the accepted scheme [KEY-1, R11-098]', async () => {
    const response = await send('Ed25519', 'agent-token', { signatureKey: { type: 'hwk' } })
    expect(parseAcceptSignatureScheme(response.headers.get('accept-signature-scheme') ?? '')).toEqual(['jwt'])
  })

  it('is how to sign, when the request was not signed [CHAL-1, ERR-5, R11-081, R11-101]', async () => {
    const { headers } = await fetch(`${origin}/notes`)
    expect([
      parseSignatureError(headers.get('signature-error') ?? ''),
      parseAcceptSignatureScheme(headers.get('accept-signature-scheme') ?? ''),
      parseAcceptSignatureAlg(headers.get('accept-signature-alg') ?? ''),
    ]).toEqual([{ error: 'invalid_signature' }, ['jwt'], ['Ed25519', 'ES256']])
  })
})
