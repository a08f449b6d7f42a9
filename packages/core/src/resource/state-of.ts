import { notAResource } from './not-a-resource.ts'
import type { Resource } from './resource.ts'
import type { ResourceState } from './state.ts'

const states = new WeakMap<Resource, ResourceState>()

/** @throws {TypeError} for an object that {@link createResource} did not make, saying what it seems to be */
export function stateOf(resource: Resource): ResourceState {
  const state = states.get(resource)
  if (state === undefined) throw new TypeError(notAResource(resource))
  return state
}

/** Whether {@link createResource} of this copy of the package made it. */
export function isResource(value: unknown): boolean {
  return states.has(value as Resource)
}

/** Associates the public resource object with the state that guards use. */
export function setState(resource: Resource, state: ResourceState): void {
  states.set(resource, state)
}
