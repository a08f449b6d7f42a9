import type { ResourceOptions } from '@aauth-guard/core'
import { record, refuseUnknown } from './json-members.ts'

/**
 * `{ "ACCOUNT": [{ "ps": …, "sub": … }] }` as the function that `createResource` takes: who is listed has the
 * account. @throws {TypeError}
 */
export function readAccounts(value: unknown): NonNullable<ResourceOptions['accounts']> {
  const holders = new Map<string, ReadonlySet<string>>()
  for (const [account, persons] of Object.entries(record(value, '"accounts"'))) {
    if (!Array.isArray(persons)) throw new TypeError(`"accounts" must list the persons of "${account}"`)
    holders.set(account, new Set(persons.map(readPerson)))
  }
  return (account, { ps, sub }) => holders.get(account)?.has(keyOf(ps, sub)) === true
}

function readPerson(value: unknown): string {
  const person = record(value, 'a person of "accounts"')
  refuseUnknown(person, ['ps', 'sub'], 'a person of "accounts"')
  const { ps, sub } = person
  if (typeof ps !== 'string' || typeof sub !== 'string')
    throw new TypeError('a person of "accounts" must have "ps" and "sub"')
  return keyOf(ps, sub)
}

/** Server identifiers hold no space. */
function keyOf(ps: string, sub: string): string {
  return `${ps} ${sub}`
}
