import { AAuthError } from './errors.ts'
import type { VerifiedToken } from './keys/verified-tokens.ts'
import type { ResourceState } from './resource.ts'
import { signatureBytes, type UntrustedSignature } from './signature/select-signature.ts'
import { isOnCurve } from './token/public-key.ts'

/** What shows that the caller holds a key: the signature and the text it should sign. */
export interface PossessionProof {
  readonly state: ResourceState
  readonly signature: UntrustedSignature
  readonly base: string
}

/**
 * Verifies the HTTP message signature with the key of the token (SIG-24, R11-102).
 * @throws {AAuthError} `invalid_signature`, or `invalid_key` when the key is no point of its curve
 */
export async function verifyPossession(
  { state, signature, base }: PossessionProof,
  { key, checkedKey }: Pick<VerifiedToken, 'key' | 'checkedKey'>,
): Promise<void> {
  const verdict = state.platform.verify(key, signatureBytes(signature), base)
  if (typeof verdict === 'boolean' ? verdict : await verdict) return
  if (!(await isOnCurve(checkedKey))) {
    throw new AAuthError('invalid_key', { hint: 'cnf.jwk is no point of its curve' })
  }
  throw new AAuthError('invalid_signature', { hint: 'the signature does not verify with cnf.jwk' })
}
