import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import type { ObserveOptions } from '../events/person-hash.ts'
import { quoted } from '../wire/quoted.ts'

/** Copies the key. @throws {TypeError} that names the member and what to write instead */
export function checkObserve(given: ObserveOptions): ObserveOptions {
  assertKnownMembers(given, ['personHashKey', 'rawPersons'], '"observe"')
  const { personHashKey, rawPersons } = given
  assert(
    personHashKey === undefined || (personHashKey instanceof Uint8Array && personHashKey.length === 32),
    '"observe.personHashKey" is not a Uint8Array of 32 octets: generate one at random and pass it to every process',
  )
  assert(
    rawPersons === undefined || typeof rawPersons === 'boolean',
    `"observe.rawPersons" is ${quoted(rawPersons)}: write true or false`,
  )
  return { ...given, ...(personHashKey && { personHashKey: Uint8Array.from(personHashKey) }) }
}
