import { decodeBase64url, encodeBase64url } from '../wire/base64url.ts'
import type { Platform, VerificationKey } from './platform.ts'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const ascii = new TextEncoder()

/** WebCrypto, with @noble/curves for Ed25519 where the runtime has none. */
export const platform: Platform = {
  name: 'web',

  async importKey(jwk): Promise<VerificationKey> {
    if (jwk.kty === 'EC') {
      return { alg: 'ES256', handle: await crypto.subtle.importKey('jwk', jwk, ecdsa, false, ['verify']) }
    }
    const handle = (await hasEd25519())
      ? await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify'])
      : decodeBase64url(jwk.x)
    return { alg: 'Ed25519', handle }
  },

  async verify({ handle, alg }, signature, text) {
    const data = ascii.encode(text)
    if (handle instanceof Uint8Array) {
      const { ed25519 } = await import('@noble/curves/ed25519.js')
      return ed25519.verify(signature, data, handle, { zip215: false })
    }
    return crypto.subtle.verify(alg === 'Ed25519' ? 'Ed25519' : ecdsa, handle as never, signature, data)
  },

  async digest(algorithm, bytes) {
    return new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), new Uint8Array(bytes)))
  },

  async sha256(text) {
    return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', ascii.encode(text))))
  },

  guardedFetch: undefined,
}

let ed25519Support: Promise<boolean> | undefined

/** Asked once, at the first use: nothing may run while a module loads (architecture §11, platform seam). */
function hasEd25519(): Promise<boolean> {
  ed25519Support ??= crypto.subtle
    .importKey(
      'jwk',
      { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
      'Ed25519',
      false,
      ['verify'],
    )
    .then(
      () => true,
      () => false,
    )
  return ed25519Support
}
