/** @throws {TypeError} for a member that is not `known`, whatever its value */
export function refuseUnknown(object: Record<string, unknown>, known: readonly string[], what: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is not a member of ${what}`)
}

/** The members that say something: `null` stands for the default, as absence does. */
export function present(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

/** @throws {TypeError} */
export function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
  return value as Record<string, unknown>
}
