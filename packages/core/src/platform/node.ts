import { createHash, createHmac, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { availableParallelism } from 'node:os'
import { derSignature } from './der-signature.ts'
import { guardedFetch } from './egress.ts'
import { octetsOf, signatureOctets } from './in-place.ts'
import type { Platform, VerificationKey } from './platform.ts'
import { withSodium } from './sodium.ts'
import { VerificationPlace } from './verification-place.ts'

const authorizing = tracingChannel('aauth-guard:authorize')
const place = new VerificationPlace(availableParallelism())

function verifyInPool(
  digest: 'sha256' | null,
  text: readonly string[],
  key: KeyObject,
  signature: Uint8Array,
): Promise<boolean> {
  const data = Buffer.from(text.join(''), 'latin1')
  place.enterPool()
  return new Promise((resolve, reject) => {
    verify(digest, data, key, signature, (error, valid) => {
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
    const octets = signatureOctets(signature)
    if (octets === undefined) return false
    const isEdwards = alg === 'Ed25519'
    const digest = isEdwards ? null : 'sha256'
    const key = handle as KeyObject
    const sent = isEdwards ? octets : derSignature(octets)
    return place.isHere()
      ? verify(digest, octetsOf(text), key, sent)
      : verifyInPool(digest, text, key, Uint8Array.from(sent))
  },

  digest: (algorithm, bytes) => createHash(algorithm.replace('-', '')).update(bytes).digest(),

  // Nearly every text is ASCII, which is hashed without a copy.
  sha256: (text) =>
    hash('sha256', Buffer.byteLength(text) === text.length ? text : Buffer.from(text, 'latin1'), 'base64url'),

  hmac: (key, text) => createHmac('sha256', key).update(text).digest('base64url'),

  guardedFetch,

  channels: {
    decision: channel('aauth-guard:decision'),
    authorize: {
      get hasSubscribers() {
        return authorizing.hasSubscribers
      },
      trace: (work, context) => authorizing.tracePromise(work, context),
    },
  },

  withSodium: () => withSodium(platform),
}
