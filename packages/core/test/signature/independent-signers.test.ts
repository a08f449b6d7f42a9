import { authorize, createResource, type Resource } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import { generateKeyPair, type HttpSigFetchOptions, fetch as signOnly } from '@hellocoop/httpsig'
import { createSignature } from 'http-message-sig'
import { httpbis } from 'http-message-signatures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const components = [
  '@method',
  '@authority',
  '@path',
  '@query',
  '@scheme',
  '@target-uri',
  '@request-target',
  'signature-key',
]

let net: TestNetwork
let agent: Agent
let resource: Resource
// One of the signers reads the system's clock, so the network follows it as well.
beforeAll(async () => {
  net = await createTestNetwork({ seed: 'independent signers' })
  agent = await net.agent()
  resource = createResource({ issuer: net.resource, trust: 'any', fetch: net.fetch })
})
afterAll(() => net.close())

type Fields = Readonly<Record<string, string>>

/** Issues the token, bound to the agent's own key or to another. */
type Mint = (jwk?: object) => Promise<string>

/** Signs a GET for a URL over the library's own signature base. */
const signers: Readonly<Record<string, (url: string, mint: Mint) => Promise<Fields>>> = {
  'http-message-sig': async (url, mint) => {
    const value = `sig=jwt;jwt="${await mint()}"`
    const message = {
      kind: 'request',
      method: 'GET',
      targetUri: url,
      requestTarget: targetOf(url),
      fields: [{ name: 'signature-key', value }],
    } as const
    const signed = await createSignature(message, {
      label: 'sig',
      components,
      parameters: { created: net.clock.now() },
      signer: { algorithm: 'ed25519', sign: (data) => agent.key.sign(new Uint8Array(data)) },
    })
    return { 'signature-key': value, 'signature-input': signed.signatureInput, signature: signed.signature }
  },
  'http-message-signatures': async (url, mint) => {
    const message = { method: 'GET', url, headers: { 'signature-key': `sig=jwt;jwt="${await mint()}"` } }
    const { headers } = await httpbis.signMessage(
      {
        name: 'sig',
        fields: components,
        params: ['created'],
        paramValues: { created: new Date(net.clock.now() * 1000) },
        key: { sign: async (data) => Buffer.from(await agent.key.sign(new Uint8Array(data))) },
      },
      message,
    )
    return Object.fromEntries(
      Object.entries(headers as Fields).map(([name, value]) => [name.toLowerCase(), value]),
    )
  },
  // It signs a query without its question mark, which differs from the component of RFC 9421.
  '@hellocoop/httpsig': async (url, mint) => {
    const { privateKey, publicKey } = await generateKeyPair({ algorithm: 'Ed25519' })
    const { headers } = (await signOnly(url, {
      signingKey: publicKey,
      signingCryptoKey: privateKey,
      signatureKey: { type: 'jwt', jwt: await mint(publicKey) },
      components: components.filter((name) => name !== '@query'),
      dryRun: true,
    } satisfies HttpSigFetchOptions)) as { headers: Headers }
    return Object.fromEntries(headers)
  },
}

const targetOf = (url: string): string => url.slice('https://notes.example'.length)

describe.each(Object.entries(signers))(
  'a signature of %s over every derived component of a request',
  (name, sign) => {
    it.each<[string, Generation]>(
      ['/notes', '/notes?page=2&q=%20', '/', '/a%2Fb/c;d?x=/?'].flatMap((target) => [
        [target, 'person-token'],
        [target, 'mission-header'],
      ]),
    )(
      'is accepted for %s with an auth token of the %s generation [SIG-24, R11-102]',
      async (target, generation) => {
        const fields = await sign(`https://notes.example${target}`, (jwk) =>
          agent.authToken({ generation, scope: 'access', ...(jwk && { claims: { cnf: { jwk } } }) }),
        )
        const request = {
          method: 'GET',
          target,
          header: (field: string) => (fields[field] === undefined ? [] : [fields[field]]),
          body: new Uint8Array(),
        }
        const { covered } = await authorize(resource, request)
        expect(covered).toEqual(components.filter((one) => name !== '@hellocoop/httpsig' || one !== '@query'))
        const elsewhere = authorize(resource, {
          ...request,
          target: `${target}${target.includes('?') ? '&' : '?'}y`,
        })
        await expect(elsewhere).rejects.toMatchObject({ code: 'invalid_signature' })
      },
    )
  },
)
