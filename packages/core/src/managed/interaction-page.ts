import { assert } from '../assert/assert.ts'
import type { Resource } from '../resource/resource.ts'
import { quoted } from '../wire/quoted.ts'
import { type Arriving, assertOpen, expired, findPage, open, type Redeeming, redeem } from './arrive.ts'
import { type Asking, askAgent } from './ask-agent.ts'
import { agree, type Completing, type Decided, type Deciding, decide, decision } from './decide.ts'
import { managedStateOf } from './managed-state.ts'
import { describePending, type PageRequest } from './page-request.ts'

/** What the page behind `interaction.url` does. All functions take the signed-in person, whom your application knows. */
export interface InteractionPage {
  /**
   * Uses up the code with which the person came, or which they typed. Call it for signed-in persons only, and never for
   * HEAD or a prefetch. A wrong code counts against the person and the source: 5 and 10 in a minute.
   *
   * @throws {AAuthError} `invalid_code` for a wrong or used code, `expired`, `rate_limited`, `access_denied` for somebody
   * else than the person of the token, `revoked`, `mission_terminated`, `server_error` (the promise rejects)
   */
  redeemCode(code: string, by: Redeeming): Promise<PageRequest>
  /** Opens an approval by the `reference` that `notify` was given. Fails like `redeemCode`. */
  openReference(reference: string, by: Arriving): Promise<PageRequest>
  /**
   * The request of a page that was opened before, with the answers of the agent.
   * @throws {AAuthError} `not_found` for another person, `gone`, `expired`, `revoked`, `mission_terminated` (the promise
   * rejects)
   */
  read(handle: string, by: Deciding): Promise<PageRequest>
  /**
   * Asks the agent a question, 5 in all. The agent gets it with its next poll.
   * @throws {AAuthError} as `read`; `rate_limited` after 5 questions, `invalid_request` if the agent answers none or has not
   * answered the last one (the promise rejects)
   */
  ask(handle: string, by: Asking): Promise<void>
  /**
   * Records that the person agreed to all of what was asked, or to `scopes` of it. Only one decision counts.
   * @throws {AAuthError} `not_found` for another person, `gone` if it was decided before, `invalid_scope` for what was not
   * asked (the promise rejects)
   */
  complete(handle: string, by: Completing): Promise<Decided>
  /** Records that the person said no. Fails like `complete`. */
  deny(handle: string, by: Deciding): Promise<Decided>
  /** Records that the person left without a decision. Fails like `complete`. */
  abandon(handle: string, by: Deciding): Promise<Decided>
}

/**
 * The functions for the page where persons decide. They must be called for POST requests that carry the application's own
 * form token.
 *
 * @throws {TypeError} for a resource without `managedAccess`
 * @see draft 11 §7.3, §11.6.3.1
 * @example
 * ```ts
 * import { isAAuthError, type Resource } from '@aauth-guard/core'
 * import { interactionPage } from '@aauth-guard/core/managed'
 *
 * export async function agree(resource: Resource, code: string, person: string): Promise<string> {
 *   const page = interactionPage(resource)
 *   const { handle } = await page.redeemCode(code, { person })
 *   const decided = await page.complete(handle, { person })
 *   return decided.outcome
 * }
 * ```
 */
export function interactionPage(resource: Resource): InteractionPage {
  const managed = managedStateOf(resource)
  return Object.freeze<InteractionPage>({
    redeemCode: async (code, by) => redeem(managed, textOf(code), checkArriving(by)),
    openReference: async (reference, by) => open(managed, textOf(reference), checkArriving(by)),
    read: async (handle, by) => {
      const found = await findPage(managed, textOf(handle), checkPerson(by).person)
      assertOpen(found)
      if (managed.state.settings.now() >= found.request.expires) throw expired()
      return describePending(managed.state, handle, found.request)
    },
    ask: async (handle, by) => askAgent(managed, textOf(handle), checkPerson(by)),
    complete: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, (request) => agree(managed, request, by)),
    deny: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, () => decision('denied')),
    abandon: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, () => decision('abandoned')),
  })
}

/** What comes from a form or a query can be missing or a list, and is then what nobody was given. */
function textOf(field: unknown): string {
  return typeof field === 'string' ? field : ''
}

function checkArriving<By extends Redeeming>(by: By): By {
  const { callback, reference } = checkPerson(by)
  return {
    ...by,
    callback: typeof callback === 'string' ? callback : undefined,
    ...(reference !== undefined && { reference: textOf(reference) }),
  }
}

/** @throws {TypeError} for nobody, who must not decide anything */
function checkPerson<By extends Deciding>(by: By): By {
  const { person } = by ?? {}
  assert(
    typeof person === 'string' && person.length > 0 && person.length <= 256,
    `"person" is ${quoted(person)}: pass what your application calls the signed-in person, 1 to 256 characters`,
  )
  return by
}
