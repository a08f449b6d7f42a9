import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'

/** How much content a guard reads. */
export interface ContentOptions {
  /**
   * Octets of content that the guard reads to compare them with a covered `content-digest`; default 1 048 576 (1 MiB),
   * at most 104 857 600 (100 MiB). A request with more is refused with `content_too_large`. Content whose digest is
   * not covered is never read.
   */
  readonly maxContent?: number
}

/** What adapters offer beside it. */
interface AnyGuardOptions extends ContentOptions {
  readonly passErrors?: boolean
}

export const defaultMaxContent = 1_048_576
const largestMaxContent = 104_857_600

/**
 * Checks the options of a guard when the guard is made. Adapters call this for their `protect` and `requireGrant`.
 *
 * @param names of the options that the guard has
 * @returns the options with their defaults
 * @throws {TypeError} for an option that the guard does not have, one that is `undefined`, and one of a wrong type
 */
export function validateGuardOptions<Options extends AnyGuardOptions>(
  options: Options,
  names: readonly (keyof Options & string)[],
): Options & Required<AnyGuardOptions> {
  assert(typeof options === 'object' && options !== null, 'the options of a guard must be an object')
  const given: Options = ownMembers(options)
  assertKnownMembers(given, names, 'this guard')
  const { passErrors = false, maxContent = defaultMaxContent } = given
  assert(typeof passErrors === 'boolean', '"passErrors" must be a boolean: true hands refusals on')
  assert(
    Number.isInteger(maxContent) && maxContent >= 1 && maxContent <= largestMaxContent,
    `"maxContent" must be a number of octets: an integer from 1 to ${largestMaxContent}`,
  )
  return { ...given, passErrors, maxContent }
}
