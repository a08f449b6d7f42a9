import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { isPageUrl, isServedSafely } from '../token/interaction-claim.ts'
import { quoted } from '../wire/quoted.ts'

/** The account that is linked with a person of a token, if any. */
export type AccountOf = (personKey: string) => string | undefined | Promise<string | undefined>

/** How persons are asked. */
export interface InteractionOptions {
  /**
   * The https address of the page where persons enter a code, without query and fragment. Agents add `?code=`. With
   * `devOptions()` it can be an http address of the resource itself.
   */
  readonly url: string
  /**
   * The account of your application that is linked with a person of a token, by its `personKey`; `undefined` if none is.
   * A request for a person is decided only by the linked account. If it is missing, such requests are refused to
   * everybody.
   */
  readonly accountOf?: AccountOf
}

export interface ManagedSettings {
  readonly interaction: InteractionOptions | undefined
}

const remedy = 'write an https address without user, query and fragment'

/** @throws {TypeError} */
export function checkInteraction(given: InteractionOptions): InteractionOptions {
  assert(
    typeof given === 'object' && given !== null,
    `"interaction" is ${quoted(given)}: pass { url } with the address of the page`,
  )
  const { url, accountOf, ...others } = ownMembers(given)
  assertKnownMembers(others, ['url', 'accountOf'], 'interaction')
  assert(isPageUrl(url), `"interaction.url" is ${quoted(url)}: ${remedy}`)
  assert(
    accountOf === undefined || typeof accountOf === 'function',
    `"interaction.accountOf" is ${quoted(accountOf)}: pass a function`,
  )
  return Object.freeze(accountOf === undefined ? { url } : { url, accountOf })
}

/**
 * A page without TLS is for a resource of a development world, which is known only once the resource is made.
 * @throws {TypeError}
 */
export function assertPageIsServedSafely({ url }: InteractionOptions): void {
  assert(
    isServedSafely(url),
    `"interaction.url" is ${quoted(url)}, and the resource does not run in development: ${remedy}`,
  )
}
