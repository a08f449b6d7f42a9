import type { CryptoKey, JWK } from 'jose'

/** A private signing key: Ed25519 or P-256, with `kid` and a fully specified `alg`. */
export type SigningKey = JWK & { readonly kid: string; readonly alg: 'Ed25519' | 'ES256' }

/** A private key that is kept elsewhere, such as in a KMS. */
export interface Signer {
  /** The public key, with `kid` and `alg`. */
  readonly publicKey: JWK & { readonly kid: string; readonly alg: 'Ed25519' | 'ES256' }
  /** Signs octets: 64 octets of Ed25519, or r and s of ES256. */
  sign(octets: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** The key that is used for signing. */
export interface ActiveKey {
  readonly kid: string
  readonly alg: 'Ed25519' | 'ES256'
  sign(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

interface Loaded {
  readonly active: ActiveKey
  readonly published: JWK
}

/** The signing key of the resource, generated at first use if none was given, and the keys that are published. */
export class SigningKeySource {
  #loaded: Promise<Loaded> | undefined
  readonly #given: SigningKey | Signer | undefined
  readonly #others: readonly JWK[]

  constructor(given: SigningKey | Signer | undefined, others: readonly JWK[]) {
    this.#given = given
    this.#others = others
  }

  async current(): Promise<ActiveKey> {
    return (await this.#load()).active
  }

  /** Public members of all keys, the active one first (META-2, M09). */
  async published(): Promise<readonly JWK[]> {
    const { published } = await this.#load()
    return [published, ...this.#others.map(publicMembers)]
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= this.#given === undefined ? make() : load(this.#given)
    return this.#loaded
  }
}

// jose is loaded by those who sign, since it is a fifth of all modules. Its parts are imported one by one, because
// bundlers keep the whole of what is imported dynamically.

async function load(given: SigningKey | Signer): Promise<Loaded> {
  if ('sign' in given && typeof given.sign === 'function') {
    const { publicKey } = given as Signer
    const { kid, alg } = publicKey
    const active = {
      kid,
      alg,
      sign: (octets: Uint8Array<ArrayBuffer>) => inTime(async () => given.sign(octets)),
    } as ActiveKey
    return { active, published: publicMembers(publicKey) }
  }
  const jwk = given as SigningKey
  const { importJWK } = await import('jose/key/import')
  const key = (await importJWK(jwk, jwk.alg)) as CryptoKey
  return {
    active: { kid: jwk.kid, alg: jwk.alg, sign: signWith(key, jwk.alg) },
    published: publicMembers(jwk),
  }
}

async function make(): Promise<Loaded> {
  const [{ generateKeyPair }, { exportJWK }, { calculateJwkThumbprint }] = await Promise.all([
    import('jose/key/generate/keypair'),
    import('jose/key/export'),
    import('jose/jwk/thumbprint'),
  ])
  // Verifiers accept both algorithms; a runtime without Ed25519 supports ES256.
  const { privateKey, publicKey } = await generateKeyPair('Ed25519').catch(() => generateKeyPair('ES256'))
  const jwk = await exportJWK(publicKey)
  const alg = jwk.kty === 'OKP' ? 'Ed25519' : 'ES256'
  const kid = await calculateJwkThumbprint(jwk)
  return {
    active: { kid, alg, sign: signWith(privateKey, alg) },
    published: publicMembers({ ...jwk, kid, alg }),
  }
}

/** Milliseconds that a signer may take, since a request waits for it. */
const deadline = 3000

function inTime<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const answer = work()
    const timer = setTimeout(
      () => reject(new Error(`the signer did not answer within ${deadline} ms`)),
      deadline,
    )
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function signWith(key: CryptoKey, alg: ActiveKey['alg']): ActiveKey['sign'] {
  const algorithm = alg === 'Ed25519' ? 'Ed25519' : { name: 'ECDSA', hash: 'SHA-256' }
  return async (octets) => new Uint8Array(await crypto.subtle.sign(algorithm, key, octets))
}

/** Copies the public members by name, so that private members are never published (M09). */
function publicMembers({ kty, crv, x, y, kid, alg }: JWK): JWK {
  return { kty, crv, x, ...(y !== undefined && { y }), kid, alg, use: 'sig' } as JWK
}
