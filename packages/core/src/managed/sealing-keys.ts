import { assert } from '../assert/assert.ts'
import { decodeBase64url } from '../wire/base64url.ts'
import { quoted } from '../wire/quoted.ts'

/** A secret that seals what the resource hands out and stores. */
export interface SealingKey {
  /** 1 to 32 letters, digits, `-` or `_`. It is part of each value, so never use it for another key. */
  readonly kid: string
  /** 32 random octets, or their unpadded base64url. */
  readonly key: Uint8Array | string
}

/** A key that was checked and copied. */
export interface CheckedKey {
  readonly kid: string
  readonly octets: Uint8Array<ArrayBuffer>
}

const maxKeys = 16
const kidPattern = /^[A-Za-z0-9_-]+$/
const remedy = `pass 32 random octets, or their unpadded base64url (openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')`

/**
 * Copies keys, so that later changes do not affect those that were checked. An error never shows a key.
 * @throws {TypeError}
 */
export function checkSealingKeys(keys: readonly SealingKey[]): readonly CheckedKey[] {
  assert(
    Array.isArray(keys) && keys.length > 0 && keys.length <= maxKeys,
    `"sealingKeys" is ${Array.isArray(keys) ? `a list of ${keys.length}` : quoted(keys)}: list 1 to ${maxKeys} keys, the one that seals first`,
  )
  const kids = new Set<string>()
  return keys.map((given) => {
    const { kid, key } = (given ?? {}) as Partial<SealingKey>
    assert(
      typeof kid === 'string' && kid.length <= 32 && kidPattern.test(kid),
      `"kid" in "sealingKeys" is ${quoted(kid)}: write 1 to 32 letters, digits, "-" or "_"`,
    )
    assert(!kids.has(kid), `"sealingKeys" repeats the "kid" ${quoted(kid)}: give each key its own "kid"`)
    kids.add(kid)
    const octets = typeof key === 'string' ? decodeBase64url(key) : key
    assert(
      octets instanceof Uint8Array && octets.length === 32,
      `the key ${quoted(kid)} in "sealingKeys" ${key === '' ? 'is empty' : 'does not have 32 octets'}: ${remedy}`,
    )
    assert(
      new Set(octets).size > 8,
      `the key ${quoted(kid)} in "sealingKeys" repeats few octets, so it is not random: ${remedy}`,
    )
    return { kid, octets: Uint8Array.from(octets) }
  })
}
