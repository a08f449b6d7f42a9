import { webcrypto as crypto, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import type { MakeVerifier } from './verifier.ts'

const require = createRequire(import.meta.url)

/** The version that is installed; manifests are not among the exports of every package. */
const versionOf = (name: string): string => {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

const openSsl: MakeVerifier = async ({ alg, key }) => ({
  name: 'node:crypto, in place',
  verify: ({ message, signature }) =>
    alg === 'Ed25519'
      ? verify(null, message, key, signature)
      : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
})

/** `dsaEncoding` needs a key with options, which costs more to pass than the bare one and a signature in DER. */
const openSslDer: MakeVerifier = async ({ alg, key }) => {
  if (alg === 'Ed25519') return undefined
  return {
    name: 'node:crypto, in place, signature in DER',
    verify: ({ message, signature }) => verify('sha256', message, key, derOf(signature)),
  }
}

/** `r` and `s` as a DER sequence of two integers, without leading zeros and never negative. */
function derOf(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((octets) => {
    const first = octets.findIndex((octet) => octet !== 0)
    const digits = octets.subarray(first === -1 ? 31 : first)
    const padding = (digits[0] as number) > 0x7f ? [0] : []
    return Buffer.from([2, digits.length + padding.length, ...padding, ...digits])
  })
  const content = Buffer.concat(integers)
  return Buffer.concat([Buffer.of(0x30, content.length), content])
}

const pool: MakeVerifier = async ({ alg, key }) => ({
  name: 'node:crypto, thread pool',
  verify: ({ message, signature }) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, valid: boolean): void => (error ? reject(error) : resolve(valid))
      if (alg === 'Ed25519') verify(null, message, key, signature, done)
      else verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature, done)
    }),
})

const webCrypto: MakeVerifier = async ({ alg, jwk }) => {
  const algorithm =
    alg === 'Ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
  return {
    name: 'WebCrypto',
    verify: ({ message, signature }) => crypto.subtle.verify(algorithm, key, signature, message),
  }
}

const sodium: MakeVerifier = async ({ alg, rawKey }) => {
  if (alg !== 'Ed25519') return undefined
  const { crypto_sign_verify_detached } = require('sodium-native') as {
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean
  }
  return {
    name: `sodium-native ${versionOf('sodium-native')}`,
    verify: ({ message, signature }) => crypto_sign_verify_detached(signature, message, rawKey),
  }
}

const noble: MakeVerifier = async ({ alg, rawKey }) => ({
  name: `@noble/curves ${versionOf('@noble/curves')}`,
  verify: ({ message, signature }) =>
    alg === 'Ed25519'
      ? ed25519.verify(signature, message, rawKey, { zip215: false })
      : p256.verify(signature, message, rawKey, { lowS: false }),
})

/** What the repository installs. The first is what the others are held against. */
export const installed: readonly MakeVerifier[] = [openSsl, openSslDer, sodium, pool, webCrypto, noble]
