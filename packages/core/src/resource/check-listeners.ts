import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import type { ResourceListeners } from '../events/listeners.ts'
import { quoted } from '../wire/quoted.ts'

const names = ['onDecision', 'onEvent', 'onStoreCall', 'recorder'] as const

/** @throws {TypeError} that names the member and what it must be */
export function checkListeners(listeners: ResourceListeners): ResourceListeners {
  const given = ownMembers(listeners)
  assertKnownMembers(given, [...names], 'listen')
  for (const name of names)
    assert(
      given[name] === undefined || typeof given[name] === 'function',
      `"${name}" is ${quoted(given[name])}: pass a function`,
    )
  return given
}
