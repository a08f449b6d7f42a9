import type { ManagedAccessFactory } from '@aauth-guard/core'
import { personKey } from '@aauth-guard/core'
import { managedAccess } from '@aauth-guard/core/managed'
import { present, record, refuseUnknown } from '../json-members.ts'

/**
 * `"managed"` of the configuration as what `createResource` takes. Sealing keys and the address are checked by
 * `managedAccess`.
 * @throws {TypeError}
 */
export function readManaged(value: unknown, issuer: unknown): ManagedAccessFactory {
  const given = record(value, '"managed"')
  refuseUnknown(given, ['sealingKeys', 'interaction'], '"managed"')
  const { sealingKeys, interaction = {} } = present(given)
  const asked = record(interaction, '"interaction" of "managed"')
  refuseUnknown(asked, ['url', 'linked'], '"interaction" of "managed"')
  const { url = `${issuer}/interaction`, linked = {} } = present(asked)
  const accounts = readLinked(linked)
  return managedAccess({
    ...(sealingKeys !== undefined && { sealingKeys: sealingKeys as never }),
    interaction: { url: url as string, accountOf: (key) => accounts.get(key) },
  })
}

/** Who at the API is a person of a token. In draft 11 no tenant is part of who that is. */
function readLinked(value: unknown): ReadonlyMap<string, string> {
  const accounts = new Map<string, string>()
  for (const [account, persons] of Object.entries(record(value, '"linked"'))) {
    if (!Array.isArray(persons)) throw new TypeError(`"linked" must list the persons of "${account}"`)
    for (const person of persons) for (const key of keysOf(person)) accounts.set(key, account)
  }
  return accounts
}

function keysOf(value: unknown): string[] {
  const person = record(value, 'a person of "linked"')
  refuseUnknown(person, ['ps', 'sub', 'tenant'], 'a person of "linked"')
  const { ps, sub, tenant = null } = person
  if (typeof ps !== 'string' || typeof sub !== 'string' || (tenant !== null && typeof tenant !== 'string'))
    throw new TypeError('a person of "linked" must have "ps" and "sub", and perhaps "tenant"')
  const generations = ['mission-header', ...(tenant === null ? ['person-token'] : [])]
  return generations.map((generation) => personKey({ generation, iss: ps, ps, sub, tenant } as never))
}
