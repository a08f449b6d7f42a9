import { CompactEncrypt, calculateJwkThumbprint, compactDecrypt, importJWK, type JWK } from 'jose'
import type { AuditKey } from '../record/audit-key.ts'

const algorithms: readonly string[] = ['ECDH-ES+A256KW', 'RSA-OAEP-256', 'RSA-OAEP-512']

/** How content keys are encrypted for a key. @throws {TypeError} if that key cannot decrypt */
export function wrapAlgorithm(jwk: AuditKey, name: string): string {
  const fitting =
    jwk?.kty === 'RSA'
      ? 'RSA-OAEP-256'
      : jwk?.kty === 'EC' || (jwk?.kty === 'OKP' && jwk.crv === 'X25519')
        ? 'ECDH-ES+A256KW'
        : undefined
  const algorithm = jwk?.alg ?? fitting
  if (fitting === undefined || algorithm === undefined || !algorithms.includes(algorithm))
    throw new TypeError(
      `"${name}" is not a key for encryption: pass a JWK of X25519, P-256 or RSA, whose "alg" is absent or one of ${algorithms.join(', ')}`,
    )
  return algorithm
}

/** A content key, readable only with the private half of `recipient`. */
export async function wrapKey(key: Uint8Array, recipient: AuditKey): Promise<string> {
  const alg = wrapAlgorithm(recipient, 'recipient')
  const { d: _, ...publicKey } = recipient
  const kid = recipient.kid ?? (await calculateJwkThumbprint(publicKey as JWK))
  return new CompactEncrypt(key)
    .setProtectedHeader({ alg, enc: 'A256GCM', kid })
    .encrypt(await importJWK(publicKey as JWK, alg))
}

/** @throws (the promise rejects) if it was wrapped for another key */
export async function unwrapKey(wrapped: string, privateKey: AuditKey): Promise<Uint8Array> {
  const alg = wrapAlgorithm(privateKey, 'privateKey')
  const { plaintext } = await compactDecrypt(wrapped, await importJWK(privateKey as JWK, alg), {
    keyManagementAlgorithms: [...algorithms],
    contentEncryptionAlgorithms: ['A256GCM'],
  })
  return plaintext
}
