import { exportJWK, type JWK } from 'jose'

export type Algorithm = 'Ed25519' | 'ES256'

/** A key pair that signs raw bytes. */
export interface TestKey {
  readonly alg: Algorithm
  readonly kid: string
  /** Public members, with `alg`. */
  readonly jwk: JWK
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
}

// PKCS #8 up to the 32 octets of the secret (RFC 8410, RFC 5915).
const pkcs8: Readonly<Record<Algorithm, string>> = {
  Ed25519: '302e020100300506032b657004220420',
  ES256: '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
}
const importAlgorithm = {
  Ed25519: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
} as const
const signAlgorithm = { Ed25519: { name: 'Ed25519' }, ES256: { name: 'ECDSA', hash: 'SHA-256' } } as const

/** Of seeds that were used lately: suites make the same world for each of their tests. */
const made = new Map<string, Promise<Omit<TestKey, 'kid'>>>()
const mostMade = 100

/** Makes a key of `seed`: the same seed, the same key. */
export async function makeKey(seed: string, kid: string, alg: Algorithm): Promise<TestKey> {
  const name = `${alg} ${seed}`
  const known = made.get(name) ?? makeKeyPair(name, alg)
  made.delete(name)
  made.set(name, known)
  for (const oldest of made.keys()) {
    if (made.size <= mostMade) break
    made.delete(oldest)
  }
  const key = await known
  return { ...key, kid, jwk: { ...key.jwk } }
}

async function makeKeyPair(name: string, alg: Algorithm): Promise<Omit<TestKey, 'kid'>> {
  const secret = await sha256(new TextEncoder().encode(name))
  const der = concat(fromHex(pkcs8[alg]), secret)
  const key = await crypto.subtle.importKey('pkcs8', der, importAlgorithm[alg], true, ['sign'])
  const { kty, crv, x, y } = await exportJWK(key)
  const jwk = { kty, crv, x, ...(y !== undefined && { y }), alg } as JWK
  const canonical = y === undefined ? { crv, kty, x } : { crv, kty, x, y }
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(canonical)))
  return {
    alg,
    jwk,
    thumbprint: base64url(digest),
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(signAlgorithm[alg], key, bytes)),
  }
}

/** Whether `signature` over `bytes` is one of a published key; `false` as well for anything that is not a key. */
export async function isSignedBy(
  jwk: Readonly<Record<string, unknown>>,
  bytes: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { kty, crv, x, y, alg } = jwk
  if (alg !== 'Ed25519' && alg !== 'ES256') return false
  // Runtimes disagree on the names of `alg`; the members of the curve are the key.
  const members = { kty, crv, x, ...(y !== undefined && { y }) } as JWK
  try {
    const key = await crypto.subtle.importKey('jwk', members, importAlgorithm[alg], false, ['verify'])
    return await crypto.subtle.verify(signAlgorithm[alg], key, signature, bytes)
  } catch {
    return false
  }
}

/** Unpadded base64url. */
export function base64url(value: Uint8Array | string): string {
  return base64(typeof value === 'string' ? new TextEncoder().encode(value) : value)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Standard base64, padded. */
export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function concat(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
