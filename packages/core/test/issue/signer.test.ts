import {
  type AAuthError,
  answer,
  issueResourceToken,
  type ResourceOptions,
  type Signer,
} from '@aauth-guard/core'
import { makeSigningKey, notes, published, refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { answeredStepUp } from './answered-step-up.ts'

const wanted = { scope: 'notes.read' } as const
const algorithms = {
  Ed25519: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
} as const

/** A key management service: it signs, and keeps the key. */
async function makeSigner(
  alg: 'Ed25519' | 'ES256',
  sign?: Signer['sign'],
): Promise<Signer & { readonly asked: number }> {
  const { d, ...publicKey } = await makeSigningKey(alg, 'kms-1')
  const key = (await importJWK({ ...publicKey, d } as JWK, alg)) as CryptoKey
  let asked = 0
  return {
    publicKey,
    get asked() {
      return asked
    },
    async sign(octets) {
      asked += 1
      if (sign) return sign(octets)
      return new Uint8Array(await crypto.subtle.sign(algorithms[alg], key, octets as Uint8Array<ArrayBuffer>))
    },
  }
}

async function issue(options: Partial<ResourceOptions>): Promise<string> {
  const { resource, agent, call } = await makeWorld({ ...notes, ...options })
  const auth = await call(await agent.personToken(), { requirement: personRoute })
  return issueResourceToken(resource, auth, wanted)
}

describe('a signer that holds its key', () => {
  it.each(['Ed25519', 'ES256'] as const)(
    'signs resource tokens with %s, under the key that is published [RT-1, RT-2, META-2, R11-169, R11-272]',
    async (alg) => {
      const signingKey = await makeSigner(alg)
      const { resource, agent, call } = await makeWorld({ ...notes, signingKey })
      const auth = await call(await agent.personToken(), { requirement: personRoute })
      const { protectedHeader } = await verified(resource, await issueResourceToken(resource, auth, wanted))
      const { kty, crv, x, y } = signingKey.publicKey
      expect([protectedHeader, await published(resource, '/aauth/jwks.json'), signingKey.asked]).toEqual([
        { typ: 'aa-resource+jwt', alg, kid: 'kms-1' },
        { keys: [{ kty, crv, x, ...(y && { y }), kid: 'kms-1', alg, use: 'sig' }] },
        1,
      ])
    },
  )

  it('is called as a method of the object that was given', async () => {
    const signer = await makeSigner('Ed25519')
    class Service {
      readonly publicKey = signer.publicKey
      readonly #session = signer
      sign(octets: Uint8Array): Uint8Array | Promise<Uint8Array> {
        return this.#session.sign(octets)
      }
    }
    expect((await issue({ signingKey: new Service() })).split('.')).toHaveLength(3)
  })

  const failures: readonly (readonly [what: string, sign: Signer['sign']])[] = [
    ['rejects', () => Promise.reject(new Error('the service is away'))],
    [
      'throws',
      () => {
        throw new Error('the service is away')
      },
    ],
    ['returns 63 octets', () => new Uint8Array(63)],
    ['returns DER', () => new Uint8Array(71)],
    ['returns nothing', () => undefined as never],
    ['returns 64 characters', () => 'A'.repeat(64) as never],
    ['returns an ArrayBuffer', () => new ArrayBuffer(64) as never],
  ]
  describe.each(failures)('that %s', (_, sign) => {
    it('makes the challenge a 503 without a resource token [M08]', async () => {
      const { agent, refusal } = await makeWorld({ ...notes, signingKey: await makeSigner('ES256', sign) })
      const error = await refusal(await agent.personToken(), { requirement: wanted })
      const { status, headers } = await answer(error)
      expect([status, error.code, headers]).toEqual([
        503,
        'server_error',
        { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
      ])
    })

    it.each([
      ['issueResourceToken', issueResourceToken],
      ['stepUp', answeredStepUp],
    ] as const)('makes %s reject with server_error [M08]', async (_, use) => {
      const { resource, agent, call } = await makeWorld({
        ...notes,
        signingKey: await makeSigner('Ed25519', sign),
      })
      const auth = await call(await agent.personToken(), { requirement: personRoute })
      const { status, code } = await refusalOf(use(resource, auth, wanted))
      expect([status, code]).toEqual([503, 'server_error'])
    })
  })

  it('that never answers delays a request by no more than 3 s [M08]', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const never = new Promise<Uint8Array>(() => undefined)
    let outcome: Promise<AAuthError> | undefined
    await new Promise<void>((resolve, reject) => {
      const sign = (): Promise<Uint8Array> => {
        resolve()
        return never
      }
      makeSigner('Ed25519', sign).then((signingKey) => {
        outcome = refusalOf(issue({ signingKey }))
      }, reject)
    })
    await vi.advanceTimersByTimeAsync(3000)
    expect((await outcome)?.code).toBe('server_error')
  })

  it('is called again after it failed', async () => {
    let away = true
    const working = await makeSigner('Ed25519')
    const signingKey: Signer = {
      publicKey: working.publicKey,
      sign: (octets) => (away ? Promise.reject(new Error('away')) : working.sign(octets)),
    }
    const { resource, agent, call } = await makeWorld({ ...notes, signingKey })
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    await refusalOf(issueResourceToken(resource, auth, wanted))
    away = false
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect(payload.scope).toBe('notes.read')
  })
})
