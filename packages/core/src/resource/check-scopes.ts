import { assert } from '../assert/assert.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'

const scopeValue = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/

/** @throws {TypeError} */
export function checkScopes(given: ResourceOptions): Pick<ResourceSettings, 'scopes' | 'defaultScope'> {
  assert(
    !Array.isArray(given.scopes) && typeof (given.scopes ?? {}) === 'object',
    `"scopes" is ${quoted(given.scopes)}: write an object that maps scopes to descriptions, such as { 'notes.read': 'Read your notes' }`,
  )
  const scopes = new Map(Object.entries(given.scopes ?? {}))
  // A resource that does not describe any scope has the scope "access" (docs/decisions.md#default-scope).
  if (scopes.size === 0) scopes.set('access', 'Access to this resource')
  for (const [scope, description] of scopes) {
    assert(
      scopeValue.test(scope),
      `"scopes" contains ${quoted(scope)}, which is not a scope value: use visible ASCII without spaces, double quotes and backslashes`,
    )
    assert(
      typeof description === 'string',
      `"scopes" describes ${quoted(scope)} with ${quoted(description)}: write a text for consent screens`,
    )
  }
  const only = scopes.size === 1 ? [...scopes.keys()][0] : undefined
  const defaultScope = given.defaultScope ?? only
  assert(
    defaultScope === undefined || scopes.has(defaultScope),
    `"defaultScope" is ${quoted(defaultScope)}, which "scopes" does not describe: use one of "scopes"`,
  )
  return { scopes, defaultScope }
}
