/** A copy that has what was written and nothing else: a polluted `Object.prototype` decides nothing (Q01). */
export function ownMembers<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given)
}
