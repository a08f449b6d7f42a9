import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import type { ObserveOptions } from '../events/person-hash.ts'

/** @throws {TypeError} that names the member and what it must be; the key is copied */
export function checkObserve(given: ObserveOptions): ObserveOptions {
  assertKnownMembers(given, ['personHashKey', 'rawPersons'], '"observe"')
  const { personHashKey, rawPersons } = given
  assert(
    personHashKey === undefined || (personHashKey instanceof Uint8Array && personHashKey.length === 32),
    '"observe.personHashKey" is not a Uint8Array of 32 octets: make one at random and give it to every process',
  )
  assert(
    rawPersons === undefined || typeof rawPersons === 'boolean',
    '"observe.rawPersons" must be a boolean',
  )
  return { ...given, ...(personHashKey && { personHashKey: Uint8Array.from(personHashKey) }) }
}
