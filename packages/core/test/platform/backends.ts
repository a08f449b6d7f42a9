import { publicKey } from '@aauth-guard/fixtures/keys'
import { vi } from 'vitest'
import { platform as node } from '../../src/platform/node.ts'
import type { Platform, PublicJwk } from '../../src/platform/platform.ts'
import { platform as web } from '../../src/platform/web.ts'

/** A way in which signatures are verified. */
export interface Backend {
  readonly name: string
  readonly platform: Platform
  /** The text that this backend turns back into these octets. */
  readonly textOf: (octets: Uint8Array) => string
}

/** The web platform of a runtime without Ed25519: a fresh module that probes while WebCrypto refuses it. */
async function withoutEd25519(): Promise<Platform> {
  vi.resetModules()
  const { platform } = await import('../../src/platform/web.ts')
  const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (
    ...args: unknown[]
  ) => ReturnType<typeof crypto.subtle.importKey>
  const refusing = vi.spyOn(crypto.subtle, 'importKey').mockImplementation((...args: unknown[]) => {
    if (args[2] === 'Ed25519')
      return Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
    return importKey(...args)
  })
  await platform.importKey(publicKey)
  refusing.mockRestore()
  return platform
}

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1')
export const fallback: Platform = await withoutEd25519()
export const sodium: Platform = node.withSodium()
export const backends: readonly Backend[] = [
  { name: 'node', platform: node, textOf: latin1 },
  { name: 'node with sodium-native', platform: sodium, textOf: latin1 },
  { name: 'web', platform: web, textOf: latin1 },
  { name: 'web without Ed25519', platform: fallback, textOf: latin1 },
]

export const fromHex = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))

/** Imports a key and verifies with it. */
export async function verifies(
  platform: Platform,
  jwk: PublicJwk,
  signature: Uint8Array<ArrayBuffer>,
  text: string,
): Promise<boolean> {
  return platform.verify(await platform.importKey(jwk), signature, [text])
}

/** The Ed25519 key with these octets. */
export const okp = (octets: Uint8Array): PublicJwk => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: Buffer.from(octets).toString('base64url'),
})
