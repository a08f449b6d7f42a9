import type { JsonObject } from '../token/json.ts'
import type { WellKnownDocument } from '../token/kinds.ts'
import { type FetchFault, fetchDocument } from './fetch-document.ts'
import { freshnessOf } from './freshness-of.ts'
import { keptMetadata } from './kept-metadata.ts'
import { type KeySet, readKeySet } from './key-set.ts'

/** What an issuer publishes. */
export interface Published {
  /** The part of the metadata document that is kept. */
  readonly metadata: JsonObject
  readonly keys: KeySet
  /** Seconds for which this may be used without another fetch. */
  readonly lifetime: number
}

export type DiscoveryFault =
  | (FetchFault & { readonly code?: undefined })
  | { readonly code: 'issuer_missing' | 'issuer_mismatch'; readonly passing: false; readonly reason: string }

const maxMetadata = 65_536
const maxJwks = 131_072

/** What is discovered, and how. */
export interface Discovery {
  readonly fetcher: typeof fetch
  readonly iss: string
  readonly dwk: WellKnownDocument
  readonly previous: KeySet | undefined
  readonly signal: AbortSignal
  /** Seconds. */
  readonly now: () => number
  /** Called right before the JWKS request, which has its own minimum interval. If it throws, discovery fails. */
  readonly beforeJwks: () => void
}

/**
 * `{iss}/.well-known/{dwk}` → `issuer` byte-equal → `jwks_uri` on the same host → JWKS
 * (draft 11 §11.2, §11.4; R11-027, R11-028, R11-128).
 */
export async function discover({
  fetcher,
  iss,
  dwk,
  previous,
  signal,
  now,
  beforeJwks,
}: Discovery): Promise<Published | DiscoveryFault> {
  const document = await fetchDocument(
    fetcher,
    `${iss}/.well-known/${dwk}`,
    'application/json',
    maxMetadata,
    signal,
  )
  if ('reason' in document) return { ...document, reason: `${dwk} of ${iss}: ${document.reason}` }
  const { issuer, jwks_uri: jwksUri } = document.json
  if (issuer === undefined)
    return { code: 'issuer_missing', passing: false, reason: `${dwk} of ${iss} does not name an issuer` }
  if (issuer !== iss)
    return { code: 'issuer_mismatch', passing: false, reason: `${dwk} of ${iss} names another issuer` }
  if (!isOnHostOf(iss, jwksUri))
    return { passing: false, reason: `"jwks_uri" of ${iss} is not on the host of the issuer` }
  beforeJwks()
  const jwks = await fetchDocument(
    fetcher,
    jwksUri,
    'application/jwk-set+json, application/json',
    maxJwks,
    signal,
  )
  if ('reason' in jwks) return { ...jwks, reason: `JWKS of ${iss}: ${jwks.reason}` }
  const keys = readKeySet(jwks.json, previous)
  if (keys === undefined) return { passing: false, reason: `the JWKS of ${iss} has no "keys" array` }
  return { metadata: keptMetadata(document.json), keys, lifetime: freshnessOf(jwks.headers, now()) }
}

/** A key set on another host would need to be trusted separately (A-62, I05, I06). */
function isOnHostOf(iss: string, value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return false
  const url = new URL(value)
  // The origin of a blob: URL is the origin of the URL inside it, so the protocol is compared too (I05).
  return (
    url.protocol === iss.slice(0, iss.indexOf('/')) &&
    url.origin === iss &&
    url.username === '' &&
    url.password === '' &&
    url.hash === ''
  )
}
