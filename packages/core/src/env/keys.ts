import type { JWK } from 'jose'
import type { SigningKey } from '../keys/signing-key.ts'
import { checkPrivateKey, checkPublicHalf } from '../resource/check-signing-key.ts'
import { type Environment, readVariable, type VariableName } from './environment.ts'
import { readNamedFile, warnIfExposed } from './named-file.ts'

const keygen = '`npx @aauth-guard/cli keygen --out signing-key.json`'

/** How to set a signing key; ends the sentence of an error. */
export const signingKeyRemedy: string = `make one with ${keygen} and set AAUTH_SIGNING_KEY_FILE to its path, or set AAUTH_SIGNING_KEY to the key itself`

/**
 * The key of `AAUTH_SIGNING_KEY` or `AAUTH_SIGNING_KEY_FILE`; `undefined` where neither is set.
 * @throws {TypeError} that shows nothing of the key
 */
export function readSigningKey(env: Environment): SigningKey | undefined {
  const text = readVariable(env, 'AAUTH_SIGNING_KEY')
  const file = readNamedFile(env, 'AAUTH_SIGNING_KEY_FILE')
  if (text !== undefined && file !== undefined)
    throw new TypeError('"AAUTH_SIGNING_KEY" and "AAUTH_SIGNING_KEY_FILE" are both set: unset one of them')
  if (file !== undefined) warnIfExposed(file)
  const name = file?.name ?? 'AAUTH_SIGNING_KEY'
  const given = text ?? file?.content.toString('utf8')
  if (given === undefined) return undefined
  const key = parseKeys(given, name) as JWK
  checkPrivateKey(key, `"${name}"`)
  return key
}

/**
 * The keys of `AAUTH_PREVIOUS_KEYS_FILE`: a JWK, a list of them, or a JWKS. Only their public members are published.
 * @throws {TypeError} that shows nothing of the keys
 */
export function readPreviousKeys(env: Environment): readonly JWK[] | undefined {
  const file = readNamedFile(env, 'AAUTH_PREVIOUS_KEYS_FILE')
  if (file === undefined) return undefined
  const keys = listOf(parseKeys(file.content.toString('utf8'), file.name))
  for (const key of keys) {
    refuseDevelopmentKey(key, file.name)
    checkPublicHalf(key, `"${file.name}"`)
  }
  if (keys.some((key) => Object.hasOwn(key, 'd'))) warnIfExposed(file)
  return keys
}

function listOf(parsed: object): readonly JWK[] {
  const { keys = [parsed] } = parsed as { readonly keys?: unknown }
  return (Array.isArray(parsed) ? parsed : Array.isArray(keys) ? keys : [keys]) as JWK[]
}

/**
 * JSON, or its base64url, which needs no quotation marks in any file of variables.
 * @throws {TypeError} without what `JSON.parse` says, which quotes the text
 */
function parseKeys(given: string, name: VariableName): object {
  const text = given.trim()
  if (text.startsWith("'") || text.startsWith('"'))
    throw new TypeError(`"${name}" begins with a quotation mark, which is read as part of it: remove it`)
  const isJson = text.startsWith('{') || text.startsWith('[')
  const json = isJson ? text : Buffer.from(text, 'base64url').toString('utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    parsed = undefined
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new TypeError(`"${name}" does not hold a JWK, as JSON or in base64url: ${signingKeyRemedy}`)
  refuseDevelopmentKey(parsed, name)
  return parsed
}

/** Keys of a development world follow from a seed that lies in a folder of its developer. */
function refuseDevelopmentKey(key: unknown, name: VariableName): void {
  if (typeof key !== 'object' || key === null || !Object.hasOwn(key, 'aauth_dev')) return
  throw new TypeError(`"${name}" holds a key of a development world: make one with ${keygen}`)
}
