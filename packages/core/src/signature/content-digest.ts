import { AAuthError } from '../errors/aauth-error.ts'
import type { DigestAlgorithm, Platform } from '../platform/platform.ts'
import { decodeBytes } from '../wire/byte-sequence.ts'
import { readDictionary } from '../wire/dictionary.ts'
import { dictionaryCaps } from '../wire/limits.ts'

/** The supported digests of a `Content-Digest` field, in the order sent (RFC 9530). */
export type ContentDigests = ReadonlyMap<DigestAlgorithm, Uint8Array>

const known: readonly DigestAlgorithm[] = ['sha-256', 'sha-512']

/**
 * Reads the field. `undefined` if it is malformed, names an algorithm twice, or does not name a supported one: then nothing
 * can be compared, which counts as a mismatch.
 */
export function readContentDigest(lines: readonly string[]): ContentDigests | undefined {
  const digests = new Map<DigestAlgorithm, Uint8Array>()
  try {
    const members = readDictionary(lines.join(', '), dictionaryCaps)
    for (const algorithm of known) {
      const member = members.get(algorithm)
      if (member === undefined) continue
      if (member.kind !== 'item' || member.item.type !== 'bytes') return undefined
      digests.set(algorithm, decodeBytes(member.item.value))
    }
  } catch {
    return undefined
  }
  return digests.size === 0 ? undefined : digests
}

/** The refusal of content whose digest is not the one that the signature covers. */
export function contentDiffers(): AAuthError {
  return new AAuthError('invalid_signature', {
    hint: '"content-digest" is not the digest of the content: if a proxy or middleware changes the content, let it forward the octets as they came; otherwise the agent must digest the octets that it sends',
  })
}

/** Whether every supported digest is the digest of `content` (SIG-12). */
export function matchesDigests(
  digests: ContentDigests,
  content: Uint8Array,
  digest: Platform['digest'],
): boolean | Promise<boolean> {
  const checks = [...digests].map(([algorithm, expected]) => {
    const actual = digest(algorithm, content)
    return actual instanceof Promise
      ? actual.then((bytes) => equal(bytes, expected))
      : equal(actual, expected)
  })
  const settled = checks.filter((check) => typeof check === 'boolean')
  if (settled.length === checks.length) return settled.every(Boolean)
  return Promise.all(checks).then((results) => results.every(Boolean))
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
