import { parseDictionary } from 'structured-headers'
import type { DigestAlgorithm, Platform } from '../platform/platform.ts'

/** The digests of a `Content-Digest` field that are understood, in the order sent (RFC 9530). */
export type ContentDigests = ReadonlyMap<DigestAlgorithm, Uint8Array>

const known: readonly DigestAlgorithm[] = ['sha-256', 'sha-512']

/**
 * Reads the field. `undefined` when it is malformed or names no algorithm that is understood: then nothing can
 * be checked, which counts as a mismatch.
 */
export function readContentDigest(lines: readonly string[]): ContentDigests | undefined {
  const digests = new Map<DigestAlgorithm, Uint8Array>()
  try {
    const members = parseDictionary(lines.join(', '))
    for (const algorithm of known) {
      const member = members.get(algorithm)
      if (member === undefined) continue
      if (!(member[0] instanceof ArrayBuffer)) return undefined
      digests.set(algorithm, new Uint8Array(member[0]))
    }
  } catch {
    return undefined
  }
  return digests.size === 0 ? undefined : digests
}

/** Whether every digest that is understood is the digest of `content` (matrix SIG-12). */
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
