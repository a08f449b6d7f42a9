import { createHash, createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { guardedFetch } from './egress.ts'
import type { Platform, VerificationKey } from './platform.ts'
import { VerificationPlace } from './verification-place.ts'

const place = new VerificationPlace()

/** Calls OpenSSL directly: on Node that is faster than WebCrypto, and can verify on the same thread. */
export const platform: Platform = {
  name: 'node',

  importKey(jwk): VerificationKey {
    const alg = jwk.kty === 'OKP' ? 'Ed25519' : 'ES256'
    return { handle: createPublicKey({ key: { ...jwk }, format: 'jwk' }), alg }
  },

  verify({ handle, alg }, signature, text) {
    const data = Buffer.from(text, 'latin1')
    const hash = alg === 'Ed25519' ? null : 'sha256'
    // The bare key is much cheaper to pass than one with options.
    const key =
      alg === 'Ed25519'
        ? (handle as KeyObject)
        : { key: handle as KeyObject, dsaEncoding: 'ieee-p1363' as const }
    if (place.isHere()) return verify(hash, data, key, signature)
    place.enterPool()
    return new Promise((resolve, reject) => {
      verify(hash, data, key, signature, (error, valid) => {
        place.leavePool()
        if (error) reject(error)
        else resolve(valid)
      })
    })
  },

  digest: (algorithm, bytes) => createHash(algorithm.replace('-', '')).update(bytes).digest(),

  sha256: (text) => createHash('sha256').update(text, 'latin1').digest('base64url'),

  hmac: (key, text) => createHmac('sha256', key).update(text).digest('base64url'),

  guardedFetch,
}
