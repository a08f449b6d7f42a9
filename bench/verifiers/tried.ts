/** Packages that were tried, in the order of the table in `verifiers.md`. They are looked for in a folder of your own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Sample, Signed } from './sample.ts'
import type { MakeVerifier, Verifier } from './verifier.ts'

/** The exports of a package without types. */
// biome-ignore lint/suspicious/noExplicitAny: these packages are tried, and not depended on.
type Exports = any
type Make = (exports: Exports, sample: Sample) => Promise<((signed: Signed) => unknown) | undefined>

interface Tried {
  readonly name: string
  readonly alg: readonly Sample['alg'][]
  readonly input?: 'jwt'
  readonly make: Make
}

const both: readonly Sample['alg'][] = ['Ed25519', 'ES256']
const packages: readonly Tried[] = [
  {
    name: '@devtomio/sodium-linux-x64-gnu',
    alg: ['Ed25519'],
    make: async ({ default: { Sign } }, { rawKey }) => {
      const sign = new Sign()
      return ({ message, signature }) => sign.crypto_sign_verify_detached(signature, message, rawKey)
    },
  },
  {
    name: 'ed25519-supercop',
    alg: ['Ed25519'],
    make:
      async ({ default: { verify } }, { rawKey }) =>
      ({ message, signature }) =>
        verify(signature, message, rawKey),
  },
  {
    name: '@node-rs/jsonwebtoken',
    alg: both,
    // It takes a JWT and nothing else, so that is what it verifies.
    input: 'jwt',
    make: async ({ default: { verifySync } }, { alg, key, jwt }) => {
      const pem = key.export({ type: 'spki', format: 'pem' })
      const algorithms = [alg === 'Ed25519' ? 'EdDSA' : 'ES256']
      const validation = { algorithms, requiredSpecClaims: [], validateExp: false }
      return () => verifySync(jwt, pem, validation) !== undefined
    },
  },
  {
    name: 'libsodium-wrappers',
    alg: ['Ed25519'],
    make: async ({ default: sodium }, { rawKey }) => {
      await sodium.ready
      return ({ message, signature }) => sodium.crypto_sign_verify_detached(signature, message, rawKey)
    },
  },
  {
    name: '@polkadot/wasm-crypto',
    alg: ['Ed25519'],
    make: async ({ waitReady, ed25519Verify }, { rawKey }) => {
      await waitReady()
      return ({ message, signature }) => ed25519Verify(signature, message, rawKey)
    },
  },
  {
    name: '@hazae41/ed25519.wasm',
    alg: ['Ed25519'],
    make: async ({ Ed25519Wasm }, { rawKey }) => {
      await Ed25519Wasm.initBundled()
      const { Ed25519VerifyingKey, Ed25519Signature, Memory } = Ed25519Wasm
      const key = Ed25519VerifyingKey.from_bytes(new Memory(rawKey))
      return ({ message, signature }) => {
        const proof = Ed25519Signature.from_bytes(new Memory(signature))
        const valid = key.verify(new Memory(message), proof)
        proof[Symbol.dispose]?.()
        return valid
      }
    },
  },
  {
    name: '@emurgo/cardano-serialization-lib-nodejs',
    alg: ['Ed25519'],
    make: async ({ default: { PublicKey, Ed25519Signature } }, { rawKey }) => {
      const key = PublicKey.from_bytes(rawKey)
      return ({ message, signature }) => {
        const proof = Ed25519Signature.from_bytes(signature)
        const valid = key.verify(message, proof)
        proof.free()
        return valid
      }
    },
  },
  {
    name: 'hacl-wasm',
    alg: both,
    make: async ({ default: { getInitializedHaclModule } }, { alg, rawKey }) => {
      const { Ed25519, P256 } = await getInitializedHaclModule()
      if (alg === 'Ed25519')
        return ({ message, signature }) => Ed25519.verify(rawKey, message, signature)[0] === true
      return ({ message, signature }) =>
        P256.ecdsa_verif_sha2(
          message,
          rawKey.subarray(1),
          signature.subarray(0, 32),
          signature.subarray(32),
        )[0]
    },
  },
  {
    name: 'hd-wallet-wasm',
    alg: both,
    make: async ({ default: init }, { alg, rawKey }) => {
      const { curves } = await init()
      const { verify } = alg === 'Ed25519' ? curves.ed25519 : curves.p256
      return ({ message, signature }) => verify(message, signature, rawKey)
    },
  },
  {
    name: '@noble/ed25519',
    alg: ['Ed25519'],
    make: async ({ verifyAsync }, { rawKey }) => {
      return ({ message, signature }) => verifyAsync(signature, message, rawKey, { zip215: false })
    },
  },
  {
    name: '@stablelib/ed25519',
    alg: ['Ed25519'],
    make:
      async ({ verify }, { rawKey }) =>
      ({ message, signature }) =>
        verify(rawKey, message, signature),
  },
  {
    name: 'tweetnacl',
    alg: ['Ed25519'],
    make:
      async ({ default: { sign } }, { rawKey }) =>
      ({ message, signature }) =>
        sign.detached.verify(message, signature, rawKey),
  },
  {
    name: 'sodium-javascript',
    alg: ['Ed25519'],
    make:
      async ({ default: sodium }, { rawKey }) =>
      ({ message, signature }) =>
        sodium.crypto_sign_verify_detached(signature, message, rawKey),
  },
  {
    name: 'elliptic',
    alg: ['ES256'],
    make: async ({ default: { ec } }, { rawKey }) => {
      const { createHash } = await import('node:crypto')
      const key = new ec('p256').keyFromPublic(rawKey)
      return ({ message, signature }) =>
        key.verify(createHash('sha256').update(message).digest(), {
          r: signature.subarray(0, 32),
          s: signature.subarray(32),
        })
    },
  },
]

/** Makers of verifiers from the packages that are in `folder`; others are left out. */
export function triedIn(folder: string): readonly MakeVerifier[] {
  // Only a module in that folder finds its packages by the conditions of `import`.
  const loader = join(folder, 'load.mjs')
  writeFileSync(loader, 'export const load = (name) => import(name)\n')
  return packages.map(({ name, alg, input, make }) => async (sample) => {
    const manifest = join(folder, 'node_modules', name, 'package.json')
    if (!alg.includes(sample.alg) || !existsSync(manifest)) return undefined
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const { load } = (await import(pathToFileURL(loader).href)) as { load(name: string): Promise<Exports> }
    const verify = await make(await load(name), sample)
    return verify && { name: `${name} ${version}`, verify: verify as Verifier['verify'], input }
  })
}
