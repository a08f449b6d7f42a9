import { nearest } from '../assert/known-members.ts'
import { quoted } from '../wire/quoted.ts'

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

const names = [
  'AAUTH_ISSUER',
  'AAUTH_TRUST',
  'AAUTH_SIGNING_KEY',
  'AAUTH_SIGNING_KEY_FILE',
  'AAUTH_PREVIOUS_KEYS_FILE',
  'AAUTH_PERSON_HASH_KEY_FILE',
  'AAUTH_DEV',
] as const

/** A variable that is read. */
export type VariableName = (typeof names)[number]

/** The value of a variable. An empty one is not set: that is how deployments unset what an image has set. */
export function readVariable(env: Environment, name: VariableName): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

/** Warns of misspelt variables, which would be ignored. Values are never shown: they may be keys. */
export function warnOfUnknownNames(env: Environment): void {
  const known: readonly string[] = names
  for (const name of Object.keys(env)) {
    if (!name.startsWith('AAUTH_') || known.includes(name)) continue
    const meant = nearest(name, known)
    const remedy = meant === undefined ? `use one of ${known.join(', ')}` : `did you mean "${meant}"?`
    console.warn(`aauth-guard: ${quoted(name)} is not a variable that is read: ${remedy}`)
  }
}
