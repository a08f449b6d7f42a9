import { AAuthError } from '../errors/aauth-error.ts'
import type { Platform } from '../platform/platform.ts'
import type { UntrustedJws } from '../token/untrusted-token.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { KeySource } from './issuer-record.ts'
import { verifyIssuerSignature } from './issuer-signature.ts'
import type { IssuerKey } from './key-set.ts'

/**
 * Verifies the signature of a token with the key that its issuer publishes.
 *
 * @param legacy whether the token may rely on `EdDSA` or keys without `alg` (D14)
 * @returns the key that verified it
 * @throws {AAuthError} `invalid_jwt`, `unknown_key`, or an error of discovery
 */
export async function verifyTokenSignature(
  { kid, alg, signature, signingInput: text }: UntrustedJws,
  source: KeySource,
  keys: IssuerKeys,
  legacy: boolean,
  platform: Platform,
): Promise<IssuerKey> {
  const signed = { kid, signature, text, alg: alg === 'EdDSA' ? 'Ed25519' : alg, legacy } as const
  const key = await verifyIssuerSignature(signed, source, keys, platform, 'agent')
  if (key) return key
  throw new AAuthError('invalid_jwt', {
    hint: `the signature does not verify with key "${kid}" of ${source.iss}`,
  })
}
