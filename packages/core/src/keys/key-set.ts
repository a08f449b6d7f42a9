import type { VerificationKey } from '../platform/platform.ts'
import { asObject, type JsonObject } from '../token/json.ts'
import { privateMembers } from '../token/public-key.ts'

/** One published key. The same object as long as the issuer publishes the same key under the same `kid`. */
export interface IssuerKey {
  readonly kid: string
  /** The members that are checked when the key is used, so that unusable keys beside it do no harm (R11-121). */
  readonly published: JsonObject
  /** The same as text, for comparison with another key. */
  readonly text: string
  /** The imported key, kept here so that it is dropped together with the published one. */
  imported?: Promise<VerificationKey>
}

/** Key by `kid`; `'ambiguous'` where two different keys share one (I14, I15). */
export type KeySet = ReadonlyMap<string, IssuerKey | 'ambiguous'>

const maxKeys = 64
/** Characters of JSON. */
const maxKeyLength = 2048
const maxKidLength = 256
/** Characters of any member that is checked: a coordinate has 43. */
const maxMemberLength = 64
const decisive = ['kty', 'crv', 'x', 'y', 'alg', 'use'] as const

/**
 * Reads a JWKS; `undefined` for anything else. Elements that are not keys and keys of more than 2 KiB are skipped.
 * Only the members that are checked are kept of each key.
 */
export function readKeySet(jwks: JsonObject, previous: KeySet | undefined): KeySet | undefined {
  const { keys } = jwks
  if (!Array.isArray(keys)) return undefined
  const set = new Map<string, IssuerKey | 'ambiguous'>()
  for (const entry of keys.slice(0, maxKeys)) {
    const key = asObject(entry)
    const kid = key?.kid
    if (key === undefined || typeof kid !== 'string' || kid.length > maxKidLength) continue
    if (JSON.stringify(key).length > maxKeyLength) continue
    if (set.has(kid)) {
      set.set(kid, 'ambiguous')
      continue
    }
    const published = decisiveMembers(key)
    const text = JSON.stringify(published)
    const known = previous?.get(kid)
    set.set(kid, typeof known === 'object' && known.text === text ? known : { kid, published, text })
  }
  return set
}

/** An invalid value is replaced with `null`, so that the key is still refused but takes little memory. */
function decisiveMembers(key: JsonObject): JsonObject {
  const kept: Record<string, unknown> = Object.create(null)
  for (const name of decisive) {
    if (!(name in key)) continue
    const value = key[name]
    kept[name] = typeof value === 'string' && value.length <= maxMemberLength ? value : null
  }
  if ('key_ops' in key)
    kept.key_ops = Array.isArray(key.key_ops) && key.key_ops.includes('verify') ? ['verify'] : null
  for (const name of privateMembers) if (name in key) kept[name] = null
  return kept
}
