import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** A key as JWK (RFC 7517), private or public. */
export interface AuditKey {
  readonly kty: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly d?: string
  readonly n?: string
  readonly e?: string
  readonly alg?: string
  readonly kid?: string
  readonly [member: string]: unknown
}

/** A key of checkpoints, and its thumbprint (RFC 7638). */
export interface CheckpointKey {
  readonly key: KeyObject
  readonly thumbprint: string
}

/** @throws {TypeError} unless it is a private Ed25519 key */
export function privateCheckpointKey(jwk: AuditKey): CheckpointKey {
  assertEd25519(jwk, 'key')
  if (typeof jwk.d !== 'string')
    throw new TypeError('"key" is a public key: pass the private JWK, which has the member "d"')
  return { key: createPrivateKey({ key: plain(jwk), format: 'jwk' }), thumbprint: thumbprintOf(jwk) }
}

/** The public half of a key. @throws {TypeError} unless it is an Ed25519 key */
export function publicCheckpointKey(jwk: AuditKey): CheckpointKey {
  assertEd25519(jwk, 'key')
  const { kty, crv, x } = jwk
  return {
    key: createPublicKey({ key: plain({ kty, crv, x }), format: 'jwk' }),
    thumbprint: thumbprintOf(jwk),
  }
}

function thumbprintOf({ crv, kty, x }: AuditKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}

function assertEd25519(jwk: AuditKey, name: string): void {
  if (
    typeof jwk !== 'object' ||
    jwk === null ||
    jwk.kty !== 'OKP' ||
    jwk.crv !== 'Ed25519' ||
    typeof jwk.x !== 'string'
  )
    throw new TypeError(`"${name}" is not an Ed25519 key as JWK: make one with "aauth keygen"`)
}

function plain(jwk: { [member: string]: unknown }): Record<string, unknown> {
  return { ...jwk }
}
