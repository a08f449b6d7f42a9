import type { Environment } from './environment.ts'
import { readNamedFile, warnIfExposed } from './named-file.ts'

const [hex, base64] = [/^[0-9a-f]{64}$/i, /^[A-Za-z0-9+/_-]{43}=?$/]

/**
 * The key of `AAUTH_PERSON_HASH_KEY_FILE`: 32 octets, as they are, in hexadecimal or in base64.
 * @throws {TypeError} that shows nothing of it
 */
export function readPersonHashKey(env: Environment): Uint8Array | undefined {
  const file = readNamedFile(env, 'AAUTH_PERSON_HASH_KEY_FILE')
  if (file === undefined) return undefined
  warnIfExposed(file)
  const { content, name } = file
  if (content.length === 32) return Uint8Array.from(content)
  const text = content.toString('latin1').trim()
  if (hex.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  if (base64.test(text)) return Uint8Array.from(Buffer.from(text, 'base64'))
  throw new TypeError(
    `"${name}" does not hold 32 octets, as they are, in hexadecimal or in base64: make them with \`openssl rand -hex 32\``,
  )
}
