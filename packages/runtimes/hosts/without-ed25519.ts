/**
 * Makes the runtime one whose WebCrypto has no Ed25519, as far as the guard can see: it imports JWKs and generates
 * keys. The testing kit imports PKCS #8, and goes on signing.
 */
export function withoutEd25519(): void {
  const { subtle } = crypto
  const { importKey, generateKey } = subtle
  Object.defineProperty(subtle, 'importKey', {
    value: (...args: Parameters<SubtleCrypto['importKey']>) =>
      (args[0] as string) === 'jwk' && isEd25519(args[2]) ? refuse() : Reflect.apply(importKey, subtle, args),
  })
  Object.defineProperty(subtle, 'generateKey', {
    value: (...args: Parameters<SubtleCrypto['generateKey']>) =>
      isEd25519(args[0]) ? refuse() : Reflect.apply(generateKey, subtle, args),
  })
}

type SubtleCrypto = typeof crypto.subtle

function isEd25519(algorithm: unknown): boolean {
  return (typeof algorithm === 'string' ? algorithm : (algorithm as { name?: unknown }).name) === 'Ed25519'
}

function refuse(): Promise<never> {
  return Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
}
