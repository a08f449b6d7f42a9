import type { Auth, PersonAuth, PersonTokenAuth } from './auth.ts'
import { rulesOf } from './generations.ts'

/**
 * A string that identifies the person for whom a request was made. Store and compare it as a whole: it is the same for
 * every token that names the same person, and different for any two persons, whichever server names them.
 *
 * It contains the generation and, in draft 11, person server and `sub`, whoever issued the token; in drafts 01 to 10,
 * issuer, tenant (or none) and `sub`. Nothing links the two forms, so a person server that moves from draft 10 to draft
 * 11 gives its persons new keys: ask them to connect again, or map the keys yourself. `email` is never part of it.
 *
 * For auth tokens of an access server in draft 11 the namespace is the person server that the token names, not the
 * access server: the same person then has one key with a person token and with an auth token. That is a deviation from
 * draft 11 §9.4.3.2(4).
 *
 * @returns `undefined` if the token does not name a person: an agent token, or an auth token of drafts 01 to 10 without
 * `sub`. `person: 'required'` in a requirement refuses both
 * @see draft 11 §9.4.1
 * @example
 * ```ts
 * import { type Auth, personKey } from '@aauth-guard/core'
 *
 * const notes = new Map<string, string[]>()
 *
 * export function notesOf(auth: Auth): readonly string[] {
 *   const key = personKey(auth)
 *   return key === undefined ? [] : (notes.get(key) ?? [])
 * }
 * ```
 */
export function personKey(
  auth: PersonAuth | PersonTokenAuth | (Auth & { readonly sub: string; readonly generation: string }),
): string
export function personKey(auth: Auth): string | undefined
export function personKey({ generation, iss, ps, sub, tenant }: Auth): string | undefined {
  // An agent token has no generation, and its `sub` is an agent.
  if (generation === undefined || sub === undefined) return undefined
  const { issuer, tenant: apart } = rulesOf(generation).namespaceOf({ iss, ps, tenant })
  return JSON.stringify([generation, issuer, ...(apart === undefined ? [] : [apart]), sub])
}
