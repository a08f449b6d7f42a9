import type { AnyRequirement } from './requirement.ts'

/** The checks by which routes ask a person. */
const asking = new WeakSet<object>()

/** Notes that a check may answer with 202 and a pending URL. */
export function noteAsking(check: NonNullable<AnyRequirement['check']>): void {
  asking.add(check)
}

/** Whether a requirement is that of `requireInteraction`, so that its route may answer with 202 and a pending URL. */
export function asksPerson({ check }: { readonly check?: AnyRequirement['check'] | undefined }): boolean {
  return check !== undefined && asking.has(check)
}
