import { createRequire } from 'node:module'
import { decodeBase64url } from '../wire/base64url.ts'
import { octetsOf, signatureOctets } from './in-place.ts'
import { badSignatures, goodSignature, type KnownSignature } from './known-signatures.ts'
import type { Platform, PublicJwk, VerificationKey } from './platform.ts'

/** The part of the npm package `sodium-native` that is used. */
interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/**
 * `platform` with Ed25519 verified by libsodium, which needs about half the processor time of OpenSSL. The rest stays
 * with the platform. It verifies on this thread, since the package cannot verify on the thread pool.
 *
 * @param from the module whose `node_modules` holds the package
 * @throws {TypeError} if the package is missing or cannot be loaded
 * @throws {Error} if it has another verdict on a known signature than RFC 8032 without the cofactor
 */
export function withSodium(platform: Platform, from: string = here()): Platform {
  const sodium = load(from)
  const importEd25519 = (jwk: PublicJwk): VerificationKey => ({
    alg: 'Ed25519',
    handle: decodeBase64url(jwk.x),
  })
  const verifyEd25519 = (
    { handle }: VerificationKey,
    signature: Uint8Array | string,
    text: readonly string[],
  ): boolean => {
    // libsodium reads the first 64 octets of anything longer.
    const octets = signatureOctets(signature)
    return (
      octets !== undefined && sodium.crypto_sign_verify_detached(octets, octetsOf(text), handle as Uint8Array)
    )
  }

  const accepts = (known: KnownSignature): boolean =>
    verifyEd25519(importEd25519(known.jwk), decodeBase64url(known.signature) as Uint8Array<ArrayBuffer>, [
      known.text,
    ])
  if (!accepts(goodSignature)) throw unsound('refuses a valid signature')
  for (const bad of badSignatures) if (accepts(bad)) throw unsound(`accepts ${bad.fault}`)

  return {
    ...platform,
    name: `${platform.name} with sodium-native`,
    importKey: (jwk) => (jwk.kty === 'OKP' ? importEd25519(jwk) : platform.importKey(jwk)),
    verify: (key, signature, text) =>
      key.alg === 'Ed25519' ? verifyEd25519(key, signature, text) : platform.verify(key, signature, text),
  }
}

/** A bundle of CommonJS has no URL of its module. */
const here = (): string => (typeof __filename === 'string' ? __filename : import.meta.url)

/** A bundler sees no import here, so it leaves the package, whose binary it could not include, to Node. */
function load(from: string): Sodium {
  try {
    return createRequire(from)('sodium-native') as Sodium
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND'
    throw new TypeError(
      isMissing
        ? '"ed25519" is "sodium-native", which is not installed: run `npm install sodium-native`'
        : '"ed25519" is "sodium-native", which cannot be loaded on this machine (see "cause"): leave the option out',
      { cause },
    )
  }
}

function unsound(fault: string): Error {
  return new Error(
    `"ed25519" is "sodium-native", which ${fault}: install the version that @aauth-guard/core names as a peer, or leave the option out`,
  )
}
