import { readFile, stat } from 'node:fs/promises'
import type { TestKey } from '@aauth-guard/testing'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'

const algorithms = {
  Ed25519: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
} as const

/** A key that lives as long as the command. */
export async function makeAgentKey(): Promise<TestKey> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  return agentKeyOf(await exportJWK(privateKey))
}

/**
 * Reads a private key, as `aauth keygen` writes it.
 * @param warn is told where others can read the file
 * @throws {UsageError} that shows nothing of it
 */
export async function readAgentKey(path: string, warn: (text: string) => void): Promise<TestKey> {
  const option = `--key ${quotedForTerminal(path)}`
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${option} cannot be read: ${error.code}`)
  })
  // Windows has no such modes.
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
    warn(`${option} can be read by others: chmod 600`)
  try {
    return await agentKeyOf(JSON.parse(text) as JWK)
  } catch {
    throw new UsageError(
      `${option} is not a private key: write a JWK of Ed25519 or P-256 with "d", as \`npx @aauth-guard/cli keygen\` makes it`,
    )
  }
}

async function agentKeyOf(secret: JWK): Promise<TestKey> {
  const { kty, crv, x, y, d, kid } = secret
  const alg = crv === 'Ed25519' ? 'Ed25519' : 'ES256'
  const key = await importJWK({ kty, crv, x, y, d } as JWK, alg)
  if (d === undefined || key instanceof Uint8Array) throw new TypeError('not a private key')
  const jwk = { kty, crv, x, ...(y !== undefined && { y }), alg } as JWK
  const thumbprint = await calculateJwkThumbprint(jwk)
  return {
    alg,
    jwk,
    thumbprint,
    kid: kid ?? thumbprint,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(algorithms[alg], key, bytes)),
  }
}
