import { createPublicKey, type KeyObject } from 'node:crypto'
import { createTestNetwork } from '@aauth-guard/testing'

export type Algorithm = 'Ed25519' | 'ES256'

/** Signatures of requests under one key, in every form that a verifier may want. */
export interface Sample {
  readonly alg: Algorithm
  readonly jwk: Jwk
  readonly key: KeyObject
  /** Ed25519: 32 octets. P-256: the uncompressed point. */
  readonly rawKey: Buffer
  readonly signed: readonly Signed[]
  /** A JWT of about the same length, for a verifier that takes nothing else. */
  readonly jwt: string
}

export interface Signed {
  readonly message: Buffer
  readonly signature: Buffer
}

/** Signature bases of 64 requests, as agents send them. */
export async function makeSample(alg: Algorithm): Promise<Sample> {
  const net = await createTestNetwork({ now: 1_790_000_000, seed: `verifiers ${alg}` })
  const agent = await net.agent({ alg })
  const token = await agent.authToken({ scope: 'access' })
  const signed = await Promise.all(
    Array.from({ length: 64 }, async (_, index) => {
      const { base, headers } = await agent.sign(`${net.resource}/notes/${index}`, {}, { token })
      const [, value = ''] = headers.find(([name]) => name === 'signature') ?? []
      const signature = Buffer.from(value.slice(value.indexOf(':') + 1, -1), 'base64')
      return { message: Buffer.from(base), signature }
    }),
  )
  const header = encode({ alg: alg === 'Ed25519' ? 'EdDSA' : 'ES256' })
  const length = (signed[0]?.message.length ?? 0) - header.length - 40
  const input = `${header}.${encode({ pad: 'x'.repeat(Math.floor((length * 3) / 4)) })}`
  const proof = Buffer.from(await agent.key.sign(new TextEncoder().encode(input)))
  return { ...forms(alg, agent.key.jwk as Jwk), signed, jwt: `${input}.${proof.toString('base64url')}` }
}

/** A key in the forms that verifiers want, without signatures. */
export function forms(alg: Algorithm, { kty = '', crv = '', x = '', y }: Jwk): Sample {
  const jwk = y === undefined ? { kty, crv, x } : { kty, crv, x, y }
  const octets = [x, y ?? ''].map((text) => Buffer.from(text, 'base64url'))
  return {
    alg,
    jwk,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
    rawKey: Buffer.concat(y === undefined ? octets : [Buffer.of(4), ...octets]),
    signed: [],
    jwt: '',
  }
}

type Jwk = Readonly<Record<string, string>>

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
