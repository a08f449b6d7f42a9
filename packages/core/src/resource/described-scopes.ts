import { nearest } from '../assert/known-members.ts'
import { quoted } from '../wire/quoted.ts'

/** @throws {TypeError} that names a scope missing from `scopes` of the resource, and the one that was probably meant */
export function assertScopesDescribed(wanted: readonly string[], described: Iterable<string>): void {
  const known = [...described]
  const undescribed = wanted.find((scope) => !known.includes(scope))
  if (undescribed === undefined) return
  const meant = typeof undescribed === 'string' ? nearest(undescribed, known) : undefined
  const remedy = meant === undefined ? 'add it there' : `did you mean ${quoted(meant)}?`
  throw new TypeError(
    `"scope" contains ${quoted(undescribed)}, which "scopes" of the resource does not describe: ${remedy}`,
  )
}
