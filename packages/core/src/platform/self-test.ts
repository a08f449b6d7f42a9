import { decodeBase64url } from '../wire/base64url.ts'
import type { Platform, PublicJwk } from './platform.ts'

// RFC 8032 §7.1, test 2: the message is the one octet "r".
export const ed25519: PublicJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
}
export const ed25519Signature =
  'kqAJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA'

/**
 * Proves once that the runtime tells a good signature from a bad one (H18).
 * @throws {Error} when it does not; then nothing can be decided and nothing is accepted
 */
export async function selfTest(platform: Platform): Promise<void> {
  const key = await platform.importKey(ed25519)
  const signature = decodeBase64url(ed25519Signature) as Uint8Array<ArrayBuffer>
  const good = await platform.verify(key, signature, ['r'])
  const bad = await platform.verify(key, signature, ['s'])
  if (!good || bad) throw new Error(`the ${platform.name} platform does not verify Ed25519 as RFC 8032 says`)
}
