/** A copy without a prototype, so that members of a polluted `Object.prototype` are never read (Q01). */
export function ownMembers<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given)
}
