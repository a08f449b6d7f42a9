import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import type { Platform } from '../platform/platform.ts'
import { checkPublicKey, importPublicKey } from '../token/public-key.ts'
import type { Asker } from './fetch-budgets.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { KeySource } from './issuer-record.ts'
import type { IssuerKey } from './key-set.ts'

/** A signature that claims to come from an issuer. */
export interface IssuerSignature {
  readonly kid: string
  readonly signature: Uint8Array<ArrayBuffer>
  readonly text: string
  /** The algorithm that the signature names, if any. */
  readonly alg?: 'Ed25519' | 'ES256'
  /** Whether it may rely on keys with `EdDSA` or without `alg` (D14). */
  readonly legacy: boolean
}

/**
 * Verifies a signature with the key that the issuer publishes. If that fails, tries once more with a newly fetched
 * key, since some issuers replace a key and keep its `kid` (R11-025, R11-029, R11-125; JWT-10 to JWT-12).
 *
 * @returns the key that verified it, or `undefined`
 * @throws {AAuthError} `invalid_jwt` for a fault of the issuer's own key, `unknown_key`, or an error of discovery
 */
export async function verifyIssuerSignature(
  signed: IssuerSignature,
  source: KeySource,
  keys: IssuerKeys,
  platform: Platform,
  asker: Asker,
): Promise<IssuerKey | undefined> {
  const key = await keys.key(source, signed.kid, asker)
  if (await verifiesWith(key, signed, platform)) return key
  const renewed = await keys.keyAfterFailure(source, key, asker)
  return renewed && (await verifiesWith(renewed, signed, platform)) ? renewed : undefined
}

async function verifiesWith(
  key: IssuerKey,
  { signature, text, alg, legacy }: IssuerSignature,
  platform: Platform,
): Promise<boolean> {
  try {
    const checked = checkPublicKey(key.published, legacy)
    if (alg !== undefined && checked.alg !== alg) {
      throw new AAuthError('invalid_jwt', { hint: '"alg" of the JWS header differs from "alg" of the key' })
    }
    key.imported ??= importPublicKey(platform, checked)
    return await platform.verify(await key.imported, signature, [text])
  } catch (fault) {
    throw asIssuerFault(fault, key.kid)
  }
}

/** Any fault of the issuer's own key is `invalid_jwt`: the agent cannot repair it (D19). */
function asIssuerFault(fault: unknown, kid: string): unknown {
  if (!isAAuthError(fault)) return fault
  return new AAuthError('invalid_jwt', { hint: `key "${kid}" of the issuer cannot be used: ${fault.hint}` })
}
