import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { authorize, isAAuthError } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Algorithm, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import fc from 'fast-check'
import { verifySignature } from 'http-message-sig'
import { httpbis } from 'http-message-signatures'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { signatureBase } from '../../src/signature/base.ts'
import { baseComponents } from '../../src/signature/coverage.ts'
import { selectSignature } from '../../src/signature/select-signature.ts'
import { splitTarget, type Target } from '../../src/wire/target.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
}
interface Opinion {
  readonly base: string
  readonly accepts: boolean
}

const algorithms: Readonly<Record<Algorithm, string>> = { Ed25519: 'ed25519', ES256: 'ecdsa-p256-sha256' }

// One of the oracles makes methods upper-case and takes the target through a URL parser, so that methods in lower
// case and characters that such a parser changes are left to the tests of the base.
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'M-SEARCH',
)
const marks = '-_~!$&()*+,;=:@'
const path = fc
  .array(
    fc.string({ unit: fc.constantFrom(...'aZ09', ...marks, "'", '%2F', '%20', '%c3', 'a.b'), maxLength: 5 }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((segments) => `/${segments.join('/')}`)
const query = fc.oneof(
  fc.constant(''),
  fc.string({
    unit: fc.constantFrom(...'aZ09', ...marks, '/', '?', '.', '%20', '%'),
    minLength: 1,
    maxLength: 9,
  }),
)
const value = fc.string({ unit: fc.constantFrom(...'aZ9 ,;="\\\t:@()'), maxLength: 10 })
const headers = fc.dictionary(fc.constantFrom('accept', 'x-a', 'x-b', 'cookie', 'constructor'), value, {
  maxKeys: 4,
})
const asked: fc.Arbitrary<Asked> = fc.record({ method, path, query, headers })

describe.each(['Ed25519', 'ES256'] as const)('two oracles and this library, with a key for %s,', (alg) => {
  const often = runs(alg === 'Ed25519' ? 150 : 60)
  let world: World
  let agent: Agent
  let token: string
  let key: KeyObject
  beforeAll(async () => {
    world = await makeWorld({ replay: 'off' })
    agent = await world.net.agent({ name: alg.toLowerCase(), alg })
    token = await agent.authToken({ scope: 'access' })
    key = createPublicKey({ key: agent.key.jwk as never, format: 'jwk' })
  })

  function sign({ method, path, query, headers }: Asked): Promise<SignedMessage> {
    const url = `https://notes.example${path}${query && `?${query}`}`
    return agent.sign(
      url,
      { method, headers },
      { token, cover: ['@query', '@scheme', '@target-uri', '@request-target', ...Object.keys(headers)] },
    )
  }

  it('build the base that was signed, and accept it [SIG-24, R11-102, SIG-15]', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (request) => {
        const message = await sign(request)
        const agreed = { base: message.base, accepts: true }
        expect(await ours(message)).toEqual(agreed)
        expect(await httpMessageSig(message)).toEqual(agreed)
        expect(await httpMessageSignatures(message)).toEqual(agreed)
      }),
      often,
    )
  })

  it('refuse a changed message, with the same base [SIG-24, R11-102, E05, E15]', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...changes), async (request, change) => {
        const message = change(await sign(request))
        const opinion = await ours(message)
        expect(opinion.accepts).toBe(false)
        expect(await httpMessageSig(message)).toEqual(opinion)
        expect(await httpMessageSignatures(message)).toEqual(opinion)
      }),
      often,
    )
  })

  async function ours(message: SignedMessage): Promise<Opinion> {
    const request = toSignedRequest(message)
    const { components, params } = selectSignature(request)
    const derived = {
      method: message.method,
      authority: 'notes.example',
      target: splitTarget(message.target) as Target,
      rawTarget: message.target,
      strippedPrefix: '',
    }
    const base = signatureBase(components, params, derived, request, baseComponents).join('')
    const verdict = await authorize(world.resource, request).then(
      () => 'accepted',
      (error: unknown) => (isAAuthError(error) ? error.code : String(error)),
    )
    expect(['accepted', 'invalid_signature']).toContain(verdict)
    return { base, accepts: verdict === 'accepted' }
  }

  async function httpMessageSig({ method, url, target, headers }: SignedMessage): Promise<Opinion> {
    let base = ''
    const fields = headers.map(([name, value]) => ({ name, value }))
    const accepts = await verifySignature(
      { kind: 'request', method, targetUri: url, requestTarget: target, fields },
      {
        label: 'sig',
        policy: {
          algorithms: [algorithms[alg]],
          requiredComponents: baseComponents,
          requiredParameters: ['created'],
          maxAge: 60,
          now,
        },
        resolveVerifier: () => ({
          algorithm: algorithms[alg],
          verify: (data, signature) => {
            base = new TextDecoder().decode(data)
            return verifies(data, signature)
          },
        }),
      },
    ).then(
      () => true,
      () => false,
    )
    return { base, accepts }
  }

  async function httpMessageSignatures({ method, url, headers }: SignedMessage): Promise<Opinion> {
    let base = ''
    const accepts = await httpbis.verifyMessage(
      {
        notAfter: now,
        requiredFields: [...baseComponents],
        requiredParams: ['created'],
        keyLookup: async () => ({
          verify: async (data, signature) => {
            base = data.toString()
            return verifies(data, signature)
          },
        }),
      },
      { method, url, headers: Object.fromEntries(headers) },
    )
    return { base, accepts: accepts === true }
  }

  function verifies(data: Uint8Array, signature: Uint8Array): boolean {
    return verify(alg === 'ES256' ? 'sha256' : null, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
})

const field =
  (name: string, change: (value: string) => string) =>
  (message: SignedMessage): SignedMessage => ({
    ...message,
    headers: message.headers.map(([key, value]) => [key, key === name ? change(value) : value]),
  })

const retarget =
  (change: (url: string) => string) =>
  (message: SignedMessage): SignedMessage => ({
    ...message,
    url: change(message.url),
    target: change(message.target),
  })

/** Possible changes of a message on its way; each changes its base or its signature. */
const changes: readonly ((message: SignedMessage) => SignedMessage)[] = [
  (message) => ({ ...message, method: message.method === 'POST' ? 'PUT' : 'POST' }),
  retarget((url) => url.replace(/(\?|$)/, 'x$1')),
  retarget((url) => `${url}${url.includes('?') ? '&' : '?'}x=1`),
  field('signature', (value) => value.replace(/=:(.)/, (_, first) => `=:${first === 'A' ? 'B' : 'A'}`)),
  field('signature-input', (value) => value.replace(/created=\d+/, `created=${now - 1}`)),
  field('signature-input', (value) => `${value};nonce="x"`),
  field('signature-input', (value) => value.replace('"@method" "@authority"', '"@authority" "@method"')),
  field('signature-key', (value) => `${value};x`),
]
