import {
  authorize,
  createResource,
  isAAuthError,
  type Resource,
  type ResourceOptions,
  type Signer,
} from '@aauth-guard/core'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

const named = { personServers: ['https://ps.example'] }
const onWeb: Check['on'] = ({ platform }) => platform === 'web'
const onNode: Check['on'] = ({ platform }) => platform === 'node'

/** Whom a resource without `fetch` of its own asks for keys. */
export const egress: readonly Check[] = [
  check(
    'fetches nothing from an unlisted issuer, because it cannot check the address',
    async () => {
      const { outcome, hint, asked } = await meet({ trust: 'any' })
      equal([outcome, asked], ['invalid_jwt', []])
      equal(hint, 'this runtime cannot check the addresses it dials: list https://ps.example in "trust"')
    },
    onWeb,
  ),
  check(
    'treats an issuer that a predicate accepts as unlisted',
    async () => {
      const { outcome, asked } = await meet({ trust: { personServers: () => true } })
      equal([outcome, asked], ['invalid_jwt', []])
    },
    onWeb,
  ),
  check(
    'fetches from a listed issuer with the fetch of the runtime',
    async () => {
      const { outcome, asked } = await meet({ trust: named })
      equal(
        [outcome, asked],
        ['auth-token', ['https://ps.example/.well-known/aauth-person.json', 'https://ps.example/jwks.json']],
      )
    },
    onWeb,
  ),
  check(
    'warns at start that it will refuse unlisted issuers',
    async () => {
      const sentence =
        'aauth-guard: this runtime cannot check the addresses it dials, so keys are fetched only for issuers listed in "trust": list the issuers whose tokens you want to accept'
      equal(said({ trust: 'any' }), [sentence])
      equal(said({ trust: { personServers: () => true } }), [sentence])
    },
    onWeb,
  ),
  check('does not warn at start when all issuers are listed', async ({ platform }) => {
    equal(said({ trust: named }), [])
    equal(said({ trust: 'any', fetch: globalThis.fetch }), [])
    if (platform === 'node') equal(said({ trust: 'any' }), [])
  }),
  check(
    'connects to no address of this machine or its network',
    async () => {
      const egress = await import('../../core/src/platform/egress.ts')
      const refused = ['https://127.0.0.1/', 'https://[::1]/', 'https://localhost/'].map((url) =>
        egress.guardedFetch(url).then(
          () => 'dialled',
          (error: Error) => error.name,
        ),
      )
      equal(await Promise.all(refused), ['RefusedAddress', 'RefusedAddress', 'RefusedAddress'])
    },
    onNode,
  ),
]

/** Meets a person server whose documents only `globalThis.fetch` reaches. */
async function meet(
  options: Pick<ResourceOptions, 'trust'>,
): Promise<{ outcome: string; hint: string | undefined; asked: string[] }> {
  const net = await createTestNetwork({ seed: 'egress' })
  const agent = await net.agent()
  const resource: Resource = createResource({ issuer: net.resource, ...options })
  const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
  const original = globalThis.fetch
  globalThis.fetch = net.fetch
  try {
    const { type } = await authorize(resource, toSignedRequest(message))
    return { outcome: type, hint: undefined, asked: net.fetches.map(({ url }) => url) }
  } catch (error) {
    if (!isAAuthError(error)) throw error
    return { outcome: error.code, hint: error.hint, asked: net.fetches.map(({ url }) => url) }
  } finally {
    globalThis.fetch = original
  }
}

/** With a key there is nothing to say of one that is missing. */
const keptElsewhere: Signer = {
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'r1', alg: 'Ed25519' },
  sign: () => new Uint8Array(64),
}

/** What `createResource` says. */
function said(options: Pick<ResourceOptions, 'trust' | 'fetch'>): string[] {
  const { warn } = console
  const sentences: string[] = []
  console.warn = (...words) => void sentences.push(words.join(' '))
  try {
    createResource({ issuer: 'https://notes.example', signingKey: keptElsewhere, ...options })
  } finally {
    console.warn = warn
  }
  return sentences
}
