import type { AnyRequirement } from './requirement.ts'

/** The checks by which routes ask a person, with the state of their resource. */
const asking = new WeakMap<object, object>()

/** Notes that a check may answer with 202 and a pending URL of this resource. */
export function noteAsking(check: NonNullable<AnyRequirement['check']>, state: object): void {
  asking.set(check, state)
}

/** Whether a check asks persons for another resource, so that it could not use what this one has verified. */
export function asksForAnother(check: object | undefined, state: object): boolean {
  const own = check && asking.get(check)
  return own !== undefined && own !== state
}

/** Whether a requirement is that of `requireInteraction`, so that its route may answer with 202 and a pending URL. */
export function asksPerson({ check }: { readonly check?: AnyRequirement['check'] | undefined }): boolean {
  return check !== undefined && asking.has(check)
}
