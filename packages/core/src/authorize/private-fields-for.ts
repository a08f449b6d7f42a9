import type { AnyRequirement } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import { privateFields } from '../wire/private-fields.ts'

/**
 * The fields that keep shared caches from storing what a guarded route answers, for an adapter to set where the handler
 * does not. On a route with `alternative` the answer varies on the field of that credential as well.
 *
 * @throws {TypeError} when `requirement` is not well-formed
 */
export function privateFieldsFor(
  resource: Resource,
  requirement: AnyRequirement,
): readonly (readonly [name: string, value: string])[] {
  const { alternative } = stateOf(resource).compile(requirement)
  if (alternative === undefined) return privateFields
  return privateFields.map(([name, value]) => [
    name,
    name === 'vary' ? `${value}, ${alternative.field}` : value,
  ])
}
