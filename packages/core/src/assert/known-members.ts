import { quoted } from '../wire/quoted.ts'
import { assert } from './assert.ts'

/**
 * Refuses members that would be ignored: unknown ones, and those whose value is `undefined`. An unset environment
 * variable arrives as `undefined`, for example as `signingKey`.
 *
 * @param whose what the members belong to, such as `createResource`, for the error
 * @throws {TypeError} naming the member, and the one that was probably meant
 */
export function assertKnownMembers(given: object, known: readonly string[], whose: string): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      const meant = nearest(name, known)
      const remedy = meant === undefined ? `use one of ${known.join(', ')}` : `did you mean "${meant}"?`
      throw new TypeError(`${quoted(name)} is not an option of ${whose}: ${remedy}`)
    }
    assert(
      (given as Record<string, unknown>)[name] !== undefined,
      `"${name}" of ${whose} is undefined: leave it out for the default, or give it a value`,
    )
  }
}

/** The known name that is closest to `name`, if at most a third of its letters differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined
  let best: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase())
    if (changes < fewest && changes <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate
      fewest = changes
    }
  }
  return best
}

/** The number of letters to insert, delete or replace to turn `from` into `to` (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
