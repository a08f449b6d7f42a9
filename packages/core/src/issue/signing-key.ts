import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { SigningKey } from '../options.ts'

/** The active key and what is published of it. */
export interface ActiveKey {
  readonly key: CryptoKey
  readonly kid: string
  readonly alg: 'Ed25519' | 'ES256'
  readonly published: JWK
}

/** The key that signs for the resource; made at first use where none was given. */
export class SigningKeySource {
  private active: Promise<ActiveKey> | undefined
  private readonly given: SigningKey | undefined

  constructor(given: SigningKey | undefined) {
    this.given = given
  }

  current(): Promise<ActiveKey> {
    this.active ??= this.given === undefined ? make() : load(this.given)
    return this.active
  }
}

async function load(jwk: SigningKey): Promise<ActiveKey> {
  const key = (await importJWK(jwk, jwk.alg)) as CryptoKey
  return { key, kid: jwk.kid, alg: jwk.alg, published: publicMembers(jwk, jwk.kid, jwk.alg) }
}

async function make(): Promise<ActiveKey> {
  console.warn(
    'aauth-guard: no signingKey given, so one was made in memory; other processes and restarts will not know it',
  )
  // Both are accepted everywhere; a runtime without Ed25519 has the other.
  const { privateKey, publicKey } = await generateKeyPair('Ed25519').catch(() => generateKeyPair('ES256'))
  const jwk = await exportJWK(publicKey)
  const alg = jwk.kty === 'OKP' ? 'Ed25519' : 'ES256'
  const kid = await calculateJwkThumbprint(jwk)
  return { key: privateKey, kid, alg, published: publicMembers(jwk, kid, alg) }
}

/** Members by name, so that no private one can slip out (security M09). */
function publicMembers({ kty, crv, x, y }: JWK, kid: string, alg: string): JWK {
  const point = { kty, crv, x, ...(y !== undefined && { y }) } as JWK
  return { ...point, kid, alg, use: 'sig' }
}
