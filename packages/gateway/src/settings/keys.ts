import { createHash } from 'node:crypto'
import type { ResourceOptions } from '@aauth-guard/core'
import { readSecret, type SecretContext, type SecretSource } from './secret.ts'
import type { Place } from './shape.ts'

/** A key as JSON (RFC 7517). */
export type Jwk = NonNullable<ResourceOptions['publishedKeys']>[number]

const keygen = '`npx @aauth-guard/cli keygen'

/** A private JWK, as JSON or in base64url. @throws {ConfigurationError} that shows nothing of it */
export function readPrivateKey(source: SecretSource, place: Place, context: SecretContext): Jwk {
  const key = parse(readSecret(source, place, context), place)
  if (Array.isArray(key) || typeof key.d !== 'string')
    return place.fail(`${place.name} is not a private JWK: make one with ${keygen} --out key.json\``)
  return key
}

/** As {@link readPrivateKey}, for ES256. */
export function readAssertionKey(source: SecretSource, place: Place, context: SecretContext): Jwk {
  const key = readPrivateKey(source, place, context)
  if (key.kty !== 'EC' || key.crv !== 'P-256')
    place.fail(`${place.name} is not a key for ES256: make one with ${keygen} --alg ES256 --out key.json\``)
  return key
}

/** A JWK, a list of them, or a JWKS. */
export function readPublicKeys(source: SecretSource, place: Place, context: SecretContext): readonly Jwk[] {
  const parsed = parse(readSecret(source, place, context), place)
  if (Array.isArray(parsed)) return parsed
  const { keys } = parsed as { readonly keys?: unknown }
  return Array.isArray(keys) ? (keys as Jwk[]) : [parsed]
}

/** The 32 octets by which events name persons. */
export function readHashKey(source: SecretSource, place: Place, context: SecretContext): Uint8Array {
  const text = readSecret(source, place, context)
  const isHex = /^[0-9a-f]{64}$/i.test(text)
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text))
    place.fail(
      `${place.name} does not hold 32 octets in hexadecimal or base64: make them with \`openssl rand -hex 32\``,
    )
  return Uint8Array.from(Buffer.from(text, isHex ? 'hex' : 'base64'))
}

/** Whether two keys are the same, whatever their `kid`. */
export function isSameKey(one: Jwk, other: Jwk): boolean {
  return one.kty === other.kty && one.crv === other.crv && one.x === other.x
}

/** Without what `JSON.parse` says, which quotes the text. */
function parse(given: string, place: Place): Jwk | Jwk[] {
  const isJson = given.startsWith('{') || given.startsWith('[')
  let parsed: unknown
  try {
    parsed = JSON.parse(isJson ? given : Buffer.from(given, 'base64url').toString('utf8'))
  } catch {
    parsed = undefined
  }
  if (typeof parsed !== 'object' || parsed === null)
    return place.fail(`${place.name} does not hold a JWK, as JSON or in base64url: make one with ${keygen}\``)
  // Keys of a development world follow from a seed that lies in a folder of its developer.
  if (Object.hasOwn(parsed, 'aauth_dev'))
    place.fail(`${place.name} holds a key of a development world: make one with ${keygen}\``)
  return parsed as Jwk | Jwk[]
}

/** The key with its `alg`, and with its thumbprint (RFC 7638) as `kid`, unless it names others. */
export function named(key: Jwk): Jwk {
  const { kty, crv, x, y } = key
  const members = kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x }
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url')
  return { ...key, alg: key.alg ?? (kty === 'EC' ? 'ES256' : 'Ed25519'), kid: key.kid ?? kid }
}
