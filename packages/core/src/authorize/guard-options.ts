import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { quoted } from '../wire/quoted.ts'

/** Options for reading content in a guard. */
export interface ContentOptions {
  /**
   * Maximum octets of content that the guard reads to compare them with a covered `content-digest`. Default 1 048 576
   * (1 MiB), at most 104 857 600 (100 MiB). A request with more content is refused with `content_too_large`. Content whose
   * digest is not covered is never read.
   */
  readonly maxContent?: number
}

/** Further options of adapters. */
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
  assert(
    typeof options === 'object' && options !== null,
    `the options of a guard are ${quoted(options)}: pass an object`,
  )
  const given: Options = ownMembers(options)
  assertKnownMembers(given, names, 'this guard')
  const { passErrors = false, maxContent = defaultMaxContent } = given
  assert(
    typeof passErrors === 'boolean',
    `"passErrors" is ${quoted(passErrors)}: write true to pass refusals to the error handler, or false`,
  )
  assert(
    Number.isInteger(maxContent) && maxContent >= 1 && maxContent <= largestMaxContent,
    `"maxContent" is ${quoted(maxContent)}: write an integer of octets from 1 to ${largestMaxContent}`,
  )
  return { ...given, passErrors, maxContent }
}
