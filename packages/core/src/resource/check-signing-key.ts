import type { JWK } from 'jose'
import { assert } from '../assert/assert.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import { isS256 } from '../token/identifiers.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'

type Given = ResourceOptions['signingKey']

/** Whether the key itself is kept elsewhere. */
export function isSigner(key: NonNullable<Given>): key is Signer {
  return typeof (key as Signer).sign === 'function'
}

/**
 * The key as it is now: whatever becomes of the object afterwards, what was checked is what signs.
 * @throws {TypeError} for a key that could not sign, or not under the `alg` it names (R11-122)
 */
export function checkSigningKey(key: Given): ResourceSettings['signingKey'] {
  if (key === undefined) return undefined
  if (isSigner(key)) {
    checkPublicHalf(key.publicKey, '"signingKey.publicKey"')
    return { publicKey: { ...key.publicKey }, sign: (octets) => key.sign(octets) }
  }
  checkPrivateKey(key, '"signingKey"')
  return { ...key }
}

/**
 * @param name how an error names where the key comes from; it never shows a member of the key
 * @throws {TypeError}
 */
export function checkPrivateKey(key: JWK, name: string): asserts key is SigningKey {
  checkPublicHalf(key, name)
  assert(isS256(key.d), `${name} must hold d, 32 octets in base64url without padding`)
}

/** @throws {TypeError} for keys that nobody could select, or tell apart; only their public members are kept */
export function checkPublishedKeys(keys: readonly JWK[], signingKey: Given): readonly JWK[] {
  assert(Array.isArray(keys), '"publishedKeys" must be a list')
  const kids = new Set<unknown>()
  if (signingKey !== undefined) kids.add(isSigner(signingKey) ? signingKey.publicKey.kid : signingKey.kid)
  for (const key of keys) {
    checkPublicHalf(key, '"publishedKeys"')
    assert(!kids.has(key.kid), '"publishedKeys" must not repeat a kid, nor that of the signing key')
    kids.add(key.kid)
  }
  return keys.map(({ kty, crv, x, y, kid, alg }) => ({ kty, crv, x, y, kid, alg }) as JWK)
}

/** @throws {TypeError} for a key that nobody could select or use */
export function checkPublicHalf(key: JWK, name: string): void {
  const fits =
    (key?.alg === 'Ed25519' && key.kty === 'OKP' && key.crv === 'Ed25519') ||
    (key?.alg === 'ES256' && key.kty === 'EC' && key.crv === 'P-256')
  assert(fits, `${name} must be a JWK with alg Ed25519 or ES256 and the kty and crv that go with it`)
  assert(typeof key.kid === 'string' && key.kid !== '', `${name} must have a kid`)
  const coordinates = key.kty === 'EC' ? [key.x, key.y] : [key.x]
  assert(
    coordinates.every(isS256),
    `${name} must hold its coordinates, 32 octets each in base64url without padding`,
  )
}
