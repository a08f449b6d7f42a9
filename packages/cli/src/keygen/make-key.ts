import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

export const algorithms = ['Ed25519', 'ES256'] as const
export type Algorithm = (typeof algorithms)[number]

/** A new key pair. Its `kid` is the thumbprint (RFC 7638), so that no two keys of an API share one. */
export interface KeyPair {
  readonly thumbprint: string
  readonly publicKey: JWK
  readonly privateKey: JWK
}

export async function makeKeyPair(alg: Algorithm): Promise<KeyPair> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const { kty, crv, x, y, d } = await exportJWK(pair.privateKey)
  const members = { kty, crv, x, ...(y !== undefined && { y }) } as JWK
  const thumbprint = await calculateJwkThumbprint(members)
  const publicKey = { ...members, kid: thumbprint, alg }
  return { thumbprint, publicKey, privateKey: { ...members, d, kid: thumbprint, alg } as JWK }
}
