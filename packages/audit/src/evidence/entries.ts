import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { RequestEvidence } from '@aauth-guard/core'

/** What a record of the chain says about evidence that is kept. */
export interface EvidenceReference {
  readonly id: string
  /** Base64url of the SHA-256 of a random salt and the evidence. */
  readonly hash: string
}

/** The evidence of one record, before it is written. */
export interface PreparedEvidence extends EvidenceReference {
  readonly salt: string
  /** JSON. */
  readonly text: string
  /** Names the key set. */
  readonly keysId: string
  readonly keys: string
}

/** The evidence of a request as it is kept: the key set stands apart, since many requests share it. */
export interface KeptEvidence extends Omit<RequestEvidence, 'keys'> {
  readonly keys: string
}

const cipher = 'aes-256-gcm'

export function prepareEvidence(evidence: RequestEvidence): PreparedEvidence {
  const { token, base, signature, covered, issuer, document, verifiedAt } = evidence
  const keys = JSON.stringify(evidence.keys)
  const keysId = createHash('sha256').update(keys).digest('base64url')
  const text = JSON.stringify({ token, base, signature, covered, issuer, document, verifiedAt, keys: keysId })
  const salt = randomBytes(32).toString('base64url')
  const id = randomBytes(16).toString('base64url')
  return { id, salt, text, keysId, keys, hash: evidenceHash(salt, text) }
}

export function evidenceHash(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'base64url')).update(text).digest('base64url')
}

/** Encrypts a text for the entry with this name, which is authenticated as well. */
export function encrypt(key: Uint8Array, name: string, text: string): { iv: string; data: string } {
  const iv = randomBytes(12)
  const encryption = createCipheriv(cipher, key, iv).setAAD(Buffer.from(name))
  const data = Buffer.concat([encryption.update(text, 'utf8'), encryption.final(), encryption.getAuthTag()])
  return { iv: iv.toString('base64url'), data: data.toString('base64url') }
}

/** @throws if the text was changed, or belongs to another entry */
export function decrypt(key: Uint8Array, name: string, iv: string, data: string): string {
  const octets = Buffer.from(data, 'base64url')
  const decryption = createDecipheriv(cipher, key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
  decryption.setAAD(Buffer.from(name)).setAuthTag(octets.subarray(-16))
  return Buffer.concat([decryption.update(octets.subarray(0, -16)), decryption.final()]).toString('utf8')
}
