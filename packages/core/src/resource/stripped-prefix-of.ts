import type { Resource } from './resource.ts'
import { stateOf } from './state-of.ts'

/** The `strippedPrefix` of a resource, for adapters of frameworks that remove a prefix from the path themselves. */
export function strippedPrefixOf(resource: Resource): string {
  return stateOf(resource).settings.strippedPrefix
}
