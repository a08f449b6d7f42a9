import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  type VerifyKeyObjectInput,
  verify,
} from 'node:crypto'
import { guardedFetch } from './egress.ts'
import type { Platform, VerificationKey } from './platform.ts'
import { withSodium } from './sodium.ts'
import { VerificationPlace } from './verification-place.ts'

const place = new VerificationPlace()

/**
 * The octets of one signature and of one text, used again for whatever is verified on this thread. A new buffer of a kilobyte for each request is memory
 * outside the heap, which the collector has to free one by one.
 */
const signed = Buffer.allocUnsafeSlow(64)
const scratch = Buffer.allocUnsafeSlow(16_384)

/** The octets of a text, until the next text is written. */
function written(text: readonly string[]): Buffer {
  let end = 0
  for (let i = 0; i < text.length; i++) {
    const piece = text[i] as string
    if (end + piece.length > scratch.length) return Buffer.from(text.join(''), 'latin1')
    end += scratch.write(piece, end, 'latin1')
  }
  return scratch.subarray(0, end)
}

function verifyInPool(
  hash: 'sha256' | null,
  text: readonly string[],
  key: KeyObject | VerifyKeyObjectInput,
  signature: Uint8Array,
): Promise<boolean> {
  const data = Buffer.from(text.join(''), 'latin1')
  place.enterPool()
  return new Promise((resolve, reject) => {
    verify(hash, data, key, signature, (error, valid) => {
      place.leavePool()
      if (error) reject(error)
      else resolve(valid)
    })
  })
}

/** Calls OpenSSL directly: on Node that is faster than WebCrypto, and can verify on the same thread. */
export const platform: Platform = {
  name: 'node',

  importKey(jwk): VerificationKey {
    const alg = jwk.kty === 'OKP' ? 'Ed25519' : 'ES256'
    return { handle: createPublicKey({ key: { ...jwk }, format: 'jwk' }), alg }
  },

  verify({ handle, alg }, signature, text) {
    const hash = alg === 'Ed25519' ? null : 'sha256'
    // The bare key is much cheaper to pass than one with options.
    const key =
      alg === 'Ed25519'
        ? (handle as KeyObject)
        : { key: handle as KeyObject, dsaEncoding: 'ieee-p1363' as const }
    if (place.isHere()) {
      // An octet of an earlier signature must not complete a shorter one.
      if (signature.length !== signed.length) return false
      signed.set(signature)
      return verify(hash, written(text), key, signed)
    }
    return verifyInPool(hash, text, key, signature)
  },

  digest: (algorithm, bytes) => createHash(algorithm.replace('-', '')).update(bytes).digest(),

  sha256: (text) => createHash('sha256').update(text, 'latin1').digest('base64url'),

  hmac: (key, text) => createHmac('sha256', key).update(text).digest('base64url'),

  guardedFetch,

  withSodium: () => withSodium(platform),
}
