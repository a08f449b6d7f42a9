import type { JWK } from 'jose'
import { assert } from '../assert/assert.ts'
import type { Signer, SigningKey } from '../keys/signing-key.ts'
import { isS256 } from '../token/identifiers.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'

type Given = ResourceOptions['signingKey']

/** Whether the private key is kept elsewhere. */
export function isSigner(key: NonNullable<Given>): key is Signer {
  return typeof (key as Signer).sign === 'function'
}

/**
 * Copies the key, so that later changes to the object do not affect the key that was checked.
 * @throws {TypeError} for a key that cannot sign with the `alg` that it names (R11-122)
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
  assert(
    isS256(key.d),
    `${name} has no valid "d": pass a private JWK, with "d" as 32 octets in base64url without padding`,
  )
}

/** Keeps public members only. @throws {TypeError} for keys that cannot be selected or told apart by `kid` */
export function checkPublishedKeys(keys: readonly JWK[], signingKey: Given): readonly JWK[] {
  assert(Array.isArray(keys), '"publishedKeys" is not a list: pass a list of public JWKs')
  const kids = new Set<unknown>()
  if (signingKey !== undefined) kids.add(isSigner(signingKey) ? signingKey.publicKey.kid : signingKey.kid)
  for (const key of keys) {
    checkPublicHalf(key, '"publishedKeys"')
    assert(
      !kids.has(key.kid),
      '"publishedKeys" repeats a "kid", or uses that of the signing key: give each key its own "kid"',
    )
    kids.add(key.kid)
  }
  return keys.map(({ kty, crv, x, y, kid, alg }) => ({ kty, crv, x, y, kid, alg }) as JWK)
}

/** @throws {TypeError} for a key that nobody could select or use */
export function checkPublicHalf(key: JWK, name: string): void {
  const fits =
    (key?.alg === 'Ed25519' && key.kty === 'OKP' && key.crv === 'Ed25519') ||
    (key?.alg === 'ES256' && key.kty === 'EC' && key.crv === 'P-256')
  assert(
    fits,
    `${name} is not a supported key: use a JWK with "alg" Ed25519 or ES256 and the matching "kty" and "crv"`,
  )
  assert(typeof key.kid === 'string' && key.kid !== '', `${name} has no "kid": give each key its own "kid"`)
  const coordinates = key.kty === 'EC' ? [key.x, key.y] : [key.x]
  assert(
    coordinates.every(isS256),
    `${name} has no valid coordinates: write "x" (and "y" for ES256) as 32 octets in base64url without padding`,
  )
}
