import { quoted } from '../wire/quoted.ts'
import { invalidJwt } from './claim-values.ts'
import type { FurtherClaims } from './claims.ts'
import { asObject, type JsonObject } from './json.ts'

const maxNames = 32
const maxDepth = 8
/** Objects, lists, strings, numbers and literals together. */
const maxValues = 256
/** Characters of names and strings together. */
const maxLength = 4096

/** Claims that mean something to this library or to every JWT. What they say is in `Auth` already, or in no token. */
const ours: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'cnf',
  'dwk',
  'ps',
  'agent',
  'parent_agent',
  'act',
  'scope',
  'account',
  'tenant',
  'mission',
  'mission_s256',
  'presented_jti',
  'person_token_jti',
  'agent_jkt',
  '__proto__',
])

/** @throws {TypeError} for names that cannot be asked for */
export function checkClaimNames(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names)) throw new TypeError('"claims" must be a list of names: put it in brackets')
  for (const name of names) {
    if (typeof name !== 'string' || name === '' || name.length > 128)
      throw new TypeError(
        `"claims" contains ${quoted(String(name))}, which is not a name of 1 to 128 characters`,
      )
    if (ours.has(name)) {
      throw new TypeError(
        `"claims" contains ${quoted(name)}, which is not a further claim: read what it says from the members of Auth`,
      )
    }
  }
  if (names.length > maxNames) throw new TypeError(`"claims" has more than ${maxNames} names: leave some out`)
  return [...new Set(names)]
}

/**
 * The named claims of a token, as a copy; `undefined` where none are named. Too much of them refuses the token, since a
 * policy must not decide on a part.
 *
 * @throws {AAuthError} `invalid_jwt`
 */
export function furtherClaims(claims: JsonObject, names: readonly string[]): FurtherClaims | undefined {
  if (names.length === 0) return undefined
  const budget = { values: maxValues, length: maxLength }
  const found: Record<string, unknown> = Object.create(null)
  for (const name of names) if (name in claims) found[name] = frozenCopy(name, claims[name], budget, 1)
  return Object.freeze(found)
}

interface Budget {
  values: number
  length: number
}

function frozenCopy(name: string, value: unknown, budget: Budget, depth: number): unknown {
  budget.values--
  if (typeof value === 'string') budget.length -= value.length
  const object = asObject(value)
  if (object !== undefined) for (const key of Object.keys(object)) budget.length -= key.length
  if (budget.values < 0 || budget.length < 0 || depth > maxDepth) {
    throw invalidJwt(
      `claim ${quoted(name)} takes the further claims beyond ${maxValues} values, ${maxLength} characters or depth ${maxDepth}: ask for less of it`,
    )
  }
  const copy = (inner: unknown): unknown => frozenCopy(name, inner, budget, depth + 1)
  if (Array.isArray(value)) return Object.freeze(value.map(copy))
  if (object === undefined) return value
  const copied: Record<string, unknown> = Object.create(null)
  for (const [key, inner] of Object.entries(object)) copied[key] = copy(inner)
  return Object.freeze(copied)
}

/** Octets, more or less, that they take in memory. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return 32 + value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce((sum: number, inner) => sum + weightOf(inner), 64)
}
