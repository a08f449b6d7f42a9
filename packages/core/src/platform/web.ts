import { decodeBase64url, encodeBase64url } from '../wire/base64url.ts'
import { verifyEd25519 } from './ed25519.ts'
import type { Platform, VerificationKey } from './platform.ts'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** WebCrypto, with @noble/curves for Ed25519 if the runtime lacks it. */
export const platform: Platform = {
  name: 'web',

  async importKey(jwk): Promise<VerificationKey> {
    if (jwk.kty === 'EC') {
      await checkPoint(jwk)
      return { alg: 'ES256', handle: await crypto.subtle.importKey('jwk', jwk, ecdsa, false, ['verify']) }
    }
    const handle = (await hasEd25519())
      ? await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify'])
      : decodeBase64url(jwk.x)
    return { alg: 'Ed25519', handle }
  },

  async verify({ handle, alg }, sent, text) {
    const data = octetsOf(text.join(''))
    const signature = typeof sent === 'string' ? octetsOf(atob(sent)) : sent
    if (handle instanceof Uint8Array) return verifyEd25519(handle, signature, data)
    return crypto.subtle.verify(alg === 'Ed25519' ? 'Ed25519' : ecdsa, handle as never, signature, data)
  },

  async digest(algorithm, bytes) {
    return new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), new Uint8Array(bytes)))
  },

  async sha256(text) {
    return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', octetsOf(text))))
  },

  async hmac(key, text) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const imported = await crypto.subtle.importKey('raw', new Uint8Array(key), algorithm, false, ['sign'])
    const data = new TextEncoder().encode(text)
    return encodeBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', imported, data)))
  },

  guardedFetch: undefined,

  channels: undefined,

  withSodium() {
    throw new TypeError(
      '"ed25519" is "sodium-native", which needs Node: leave the option out on this runtime',
    )
  },
}

/**
 * One octet per character: text that is hashed and signed is ASCII, and other text is treated alike on every platform.
 */
function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i)
  return octets
}

/** Deno imports any coordinates, and throws only when it verifies. @throws {Error} for anything that is not a point of P-256 */
async function checkPoint({ x, y }: { readonly x: string; readonly y: string }): Promise<void> {
  const { p256 } = await import('@noble/curves/nist.js')
  const coordinates = [x, y].flatMap((text) => [...(decodeBase64url(text) as Uint8Array)])
  p256.Point.fromBytes(Uint8Array.of(4, ...coordinates)).assertValidity()
}

let ed25519Support: Promise<boolean> | undefined

/** Checked once, at first use, since nothing may run while a module loads (docs/decisions.md#platforms). */
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
