import { isAAuthError } from '@aauth-guard/core'
import type { Platform } from '../../src/platform/platform.ts'
import { checkPublicKey, importPublicKey } from '../../src/token/public-key.ts'
import { okp } from './backends.ts'

/** What the guard makes of a signature with Ed25519: the checks of the key, its import, and the verification. */
export async function verdictOf(
  platform: Platform,
  key: Uint8Array,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array,
): Promise<'accepted' | 'invalid_key' | 'refused'> {
  try {
    const checked = checkPublicKey({ ...okp(key), alg: 'Ed25519' }, false)
    const imported = await importPublicKey(platform, checked)
    // A platform is only asked about signatures of 64 octets; the guard refuses others when it reads the header.
    if (signature.length !== 64) return 'refused'
    const text = Buffer.from(message).toString('latin1')
    return (await platform.verify(imported, signature, [text])) ? 'accepted' : 'refused'
  } catch (error) {
    if (isAAuthError(error) && error.code === 'invalid_key') return 'invalid_key'
    throw error
  }
}
