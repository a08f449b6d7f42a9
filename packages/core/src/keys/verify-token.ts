import { AAuthError, isAAuthError } from '../errors.ts'
import type { Platform } from '../platform/platform.ts'
import type { UntrustedClaims } from '../token/claims.ts'
import { type CheckedKey, checkPublicKey, importPublicKey } from '../token/public-key.ts'
import type { UntrustedToken } from '../token/untrusted-token.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { KeySource } from './issuer-records.ts'
import type { IssuerKey } from './key-set.ts'

/**
 * Verifies the signature of a token under the key its issuer publishes (R11-025, R11-029; JWT-10 to JWT-12).
 *
 * @param legacy whether the token may rely on `EdDSA` or keys without `alg` (matrix D14)
 * @returns the key that verified it
 * @throws {AAuthError} `invalid_jwt`, `unknown_key`, or what discovery came to
 */
export async function verifyToken(
  token: UntrustedToken,
  source: KeySource,
  keys: IssuerKeys,
  legacy: boolean,
  platform: Platform,
): Promise<IssuerKey> {
  const key = await keys.key(source, token.kid)
  if (await verifiesWith(key, token, legacy, platform)) return key
  const renewed = await keys.keyAfterFailure(source, key)
  if (renewed && (await verifiesWith(renewed, token, legacy, platform))) return renewed
  throw new AAuthError('invalid_jwt', {
    hint: `the signature does not verify with key "${token.kid}" of ${source.iss}`,
  })
}

async function verifiesWith(
  key: IssuerKey,
  token: UntrustedToken,
  legacy: boolean,
  platform: Platform,
): Promise<boolean> {
  const checked = checkIssuerKey(key, legacy)
  if (checked.alg !== (token.alg === 'EdDSA' ? 'Ed25519' : token.alg)) {
    throw new AAuthError('invalid_jwt', { hint: 'alg of the header is not alg of the key' })
  }
  key.imported ??= importPublicKey(platform, checked)
  try {
    return await platform.verify(await key.imported, token.signature, token.signingInput)
  } catch (fault) {
    throw isAAuthError(fault)
      ? new AAuthError('invalid_jwt', { hint: `key "${key.kid}" of the issuer: ${fault.hint}` })
      : fault
  }
}

/** Any fault of the issuer's own key is `invalid_jwt`: the agent cannot repair it (matrix D19). */
function checkIssuerKey(key: IssuerKey, legacy: boolean): CheckedKey {
  try {
    return checkPublicKey(key.published, legacy)
  } catch (fault) {
    throw isAAuthError(fault)
      ? new AAuthError('invalid_jwt', { hint: `key "${key.kid}" of the issuer: ${fault.hint}` })
      : fault
  }
}

/** Whether the generation of a token lets legacy algorithms pass while `mission-header` is on (matrix D14). */
export function allowsLegacy(claims: UntrustedClaims, missionHeader: boolean): boolean {
  return missionHeader && claims.generation !== 'person-token'
}
