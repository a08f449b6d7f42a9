import { AAuthError } from '../errors/aauth-error.ts'
import type { Platform, PublicJwk, VerificationKey } from '../platform/platform.ts'
import { decodeBase64url } from '../wire/base64url.ts'
import type { JsonObject } from './json.ts'

/** A key that is structurally sound, and whether its `alg` had to be inferred or is polymorphic (D14). */
export interface CheckedKey {
  readonly jwk: PublicJwk
  readonly alg: 'Ed25519' | 'ES256'
  readonly legacy: boolean
}

export const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/**
 * Makes a public key of a JWK: `alg` decides, `kty` and `crv` must agree with it, coordinates are canonical,
 * private members and small-order points are refused (KEY-7 to KEY-13, R11-038 to R11-046).
 *
 * @param legacy whether `EdDSA` and a missing `alg` are read as the one algorithm they can mean (D14)
 * @throws {AAuthError} `unsupported_algorithm` or `invalid_key`
 */
export function checkPublicKey(jwk: JsonObject, legacy: boolean): CheckedKey {
  const { kty, crv, alg: declared } = jwk
  const alg = declared === 'Ed25519' || declared === 'ES256' ? declared : inferAlgorithm(jwk, legacy)
  const fits = alg === 'Ed25519' ? kty === 'OKP' && crv === 'Ed25519' : kty === 'EC' && crv === 'P-256'
  if (!fits) throw invalidJwt('kty and crv do not agree with alg')
  const exposed = privateMembers.find((name) => name in jwk)
  if (exposed !== undefined) throw invalidJwt(`the key holds the private member "${exposed}"`)
  if ('use' in jwk && jwk.use !== 'sig') throw invalidJwt('the use of the key is not sig')
  const { key_ops: operations } = jwk
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw invalidJwt('key_ops does not hold verify')
  }
  const x = coordinate(jwk.x)
  if (alg === 'ES256') {
    return {
      alg,
      legacy: alg !== declared,
      jwk: { kty: 'EC', crv: 'P-256', x: x.text, y: coordinate(jwk.y).text },
    }
  }
  if (isAliasOrSmallOrder(x.bytes))
    throw invalidJwt(
      'the key is a point of small order, or not a canonical one: the agent must make a new key',
    )
  return { alg, legacy: alg !== declared, jwk: { kty: 'OKP', crv: 'Ed25519', x: x.text } }
}

function inferAlgorithm({ alg, kty, crv }: JsonObject, legacy: boolean): 'Ed25519' | 'ES256' {
  if (legacy && (alg === undefined || alg === 'EdDSA') && kty === 'OKP' && crv === 'Ed25519') return 'Ed25519'
  if (legacy && alg === undefined && kty === 'EC' && crv === 'P-256') return 'ES256'
  throw new AAuthError('unsupported_algorithm', { hint: 'alg is missing, polymorphic or not accepted' })
}

function coordinate(value: unknown): { text: string; bytes: Uint8Array } {
  const bytes = typeof value === 'string' ? decodeBase64url(value) : undefined
  if (typeof value !== 'string' || bytes?.length !== 32)
    throw invalidJwt('a coordinate is not 32 octets in canonical base64url')
  return { text: value, bytes }
}

/**
 * The points of small order in their canonical encodings, sign bit aside. With such a key one fixed signature
 * verifies for every message, on every platform (H01).
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])
/** y of at least 2^255 - 19 stands for y less that much: two spellings of one point (H09). */
const unreduced = /^(?:e[d-f]|f.)(?:ff){30}7f$/

function isAliasOrSmallOrder(bytes: Uint8Array): boolean {
  const top = (bytes[31] as number) & 0x7f
  // All of them end in one of four octets: one key in thirty-two needs the comparison.
  if (top !== 0x00 && top !== 0x05 && top !== 0x7a && top !== 0x7f) return false
  let hex = ''
  for (const byte of bytes.subarray(0, 31)) hex += byte.toString(16).padStart(2, '0')
  hex += top.toString(16).padStart(2, '0')
  return smallOrder.has(hex) || unreduced.test(hex)
}

/** Imports a key. @throws {AAuthError} `invalid_key` when the platform finds that it is not a point of its curve */
export async function importPublicKey(platform: Platform, { jwk }: CheckedKey): Promise<VerificationKey> {
  try {
    return await platform.importKey(jwk)
  } catch (cause) {
    throw new AAuthError('invalid_key', { hint: 'the key could not be imported', cause })
  }
}

/**
 * Whether the bytes of an Ed25519 key are a point at all. Platforms import anything; this is asked only after a
 * signature failed, to tell a bad key from a bad signature.
 */
export async function isOnCurve({ jwk }: CheckedKey): Promise<boolean> {
  if (jwk.kty !== 'OKP') return true
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  try {
    ed25519.Point.fromBytes(decodeBase64url(jwk.x) as Uint8Array)
    return true
  } catch {
    return false
  }
}

/** The RFC 7638 thumbprint: SHA-256 over the required members in lexical order. */
export function thumbprint(platform: Platform, { jwk }: CheckedKey): string | Promise<string> {
  return platform.sha256(
    jwk.kty === 'OKP'
      ? `{"crv":"Ed25519","kty":"OKP","x":"${jwk.x}"}`
      : `{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`,
  )
}

function invalidJwt(hint: string): AAuthError {
  return new AAuthError('invalid_key', { hint })
}
