import type { VerificationKey } from '../platform/platform.ts'
import { asObject, type JsonObject } from '../token/json.ts'

/** One published key. The same object as long as the issuer publishes the same key under the same `kid`. */
export interface IssuerKey {
  readonly kid: string
  /** As published; checked when it is used, so that unusable siblings never matter (R11-121). */
  readonly published: JsonObject
  readonly text: string
  /** The key made of it, kept here so that it lives and dies with it. */
  imported?: Promise<VerificationKey>
}

/** Key by `kid`; `'ambiguous'` where two different keys share one (security I14, I15). */
export type KeySet = ReadonlyMap<string, IssuerKey | 'ambiguous'>

const maxKeys = 64

/** Reads a JWKS; `undefined` when it is none. Members that are no keys are passed over. */
export function readKeySet(jwks: JsonObject, previous: KeySet | undefined): KeySet | undefined {
  const { keys } = jwks
  if (!Array.isArray(keys)) return undefined
  const set = new Map<string, IssuerKey | 'ambiguous'>()
  for (const entry of keys.slice(0, maxKeys)) {
    const published = asObject(entry)
    const kid = published?.kid
    if (published === undefined || typeof kid !== 'string') continue
    if (set.has(kid)) {
      set.set(kid, 'ambiguous')
      continue
    }
    const text = JSON.stringify(published)
    const known = previous?.get(kid)
    set.set(kid, typeof known === 'object' && known.text === text ? known : { kid, published, text })
  }
  return set
}
