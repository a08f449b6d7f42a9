import process from 'node:process'
import { devOptions } from '../dev/dev-options.ts'
import { isLoopback } from '../dev/dev-world.ts'
import { createResource } from '../resource/create-resource.ts'
import type { ResourceOptions } from '../resource/options.ts'
import type { Resource } from '../resource/resource.ts'
import { quoted } from '../wire/quoted.ts'
import { type Environment, readVariable, warnOfUnknownNames } from './environment.ts'
import { readPreviousKeys, readSigningKey, signingKeyRemedy } from './keys.ts'
import { readPersonHashKey } from './person-hash-key.ts'
import { readTrust } from './trust.ts'

export type { Environment } from './environment.ts'

/**
 * {@link createResource} for a deployment that is configured by its environment. Variables replace the options of the
 * same meaning; all other options are as they are given. A variable that is empty is not set.
 *
 * | Variable | Holds |
 * |---|---|
 * | `AAUTH_ISSUER` | `issuer` |
 * | `AAUTH_TRUST` | `trust`: `any`; person servers with commas between them, whose agents may be of any agent provider; or JSON. There is no default |
 * | `AAUTH_SIGNING_KEY` | `signingKey`: a private JWK as JSON or in base64url, as `npx @aauth-guard/cli keygen --env` prints it |
 * | `AAUTH_SIGNING_KEY_FILE` | in its place, the path of a file with that key |
 * | `AAUTH_PREVIOUS_KEYS_FILE` | `publishedKeys`: the path of a file with a JWK, a list of them or a JWKS |
 * | `AAUTH_PERSON_HASH_KEY_FILE` | `observe.personHashKey`: the path of a file with 32 octets, as they are, in hexadecimal or in base64 |
 * | `AAUTH_DEV` | as {@link devOptions} says, whose options replace all others |
 *
 * It warns of other variables whose names begin with `AAUTH_`, and of files with keys that other users can read. No
 * error shows the value of a key.
 *
 * @throws {TypeError} where a variable is missing or wrong. A signing key may be missing only where `issuer` is on this
 * machine. Keys of a development world are refused.
 * @example
 * ```ts
 * import { resourceFromEnv } from '@aauth-guard/core/env'
 *
 * export const resource = resourceFromEnv({
 *   scopes: { 'notes.read': 'Read your notes' },
 *   onDecision: ({ outcome, code }) => console.info(outcome, code),
 * })
 * ```
 */
export function resourceFromEnv(
  options: Partial<ResourceOptions> = {},
  env: Environment = process.env,
): Resource {
  warnOfUnknownNames(env)
  const issuer = readVariable(env, 'AAUTH_ISSUER') ?? options.issuer
  if (issuer === undefined)
    throw new TypeError(
      '"AAUTH_ISSUER" is not set: set it to the address of the resource, such as https://notes.example',
    )
  const development = devOptions({ env })
  const trust = development.trust ?? readTrust(env) ?? options.trust
  if (trust === undefined)
    throw new TypeError(
      '"AAUTH_TRUST" is not set: set it to person servers with commas between them, such as https://ps.example, or to any',
    )
  const signingKey = readSigningKey(env) ?? options.signingKey
  if (signingKey === undefined && development.development === undefined && !isLoopback(issuer))
    throw new TypeError(
      `"AAUTH_SIGNING_KEY" is not set, and the issuer is ${quoted(issuer)}: ${signingKeyRemedy}`,
    )
  const publishedKeys = readPreviousKeys(env)
  const personHashKey = readPersonHashKey(env)
  return createResource({
    ...options,
    issuer,
    ...(signingKey && { signingKey }),
    ...(publishedKeys && { publishedKeys }),
    ...(personHashKey && { observe: { ...options.observe, personHashKey } }),
    ...development,
    trust,
  })
}
