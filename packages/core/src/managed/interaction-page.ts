import { assert } from '../assert/assert.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { Resource } from '../resource/resource.ts'
import { quoted } from '../wire/quoted.ts'
import {
  type Arriving,
  assertLinked,
  assertOpen,
  expired,
  findPage,
  open,
  type Redeeming,
  redeem,
} from './arrive.ts'
import { type CallbackError, withError } from './callback.ts'
import { maxClarifications } from './clarification.ts'
import { type Consent, defaultConsentLifetime, maxConsentLifetime, newConsent } from './consent.ts'
import { rememberLed } from './led-consent.ts'
import type { ManagedContext } from './managed-context.ts'
import { managedStateOf } from './managed-state.ts'
import { describePending, type PageRequest } from './page-request.ts'
import { type FoundPending, quotaIsFull } from './pending-records.ts'
import { openQuestion, type PendingOutcome, type PendingRequest } from './pending-request.ts'
import type { NewRecord } from './records.ts'

/** The person who arrived at the page. */
export interface Deciding {
  readonly person: string
}

/** What the person agreed to. */
export interface Completing extends Deciding {
  /**
   * A part of what was asked for. Default: all of it. Leave it out for that: `undefined` is refused, since that is what a
   * form sends in which nothing was ticked.
   */
  readonly scopes?: string | readonly string[]
  /** Seconds that the consent lasts. 60 to 86 400, default 28 800. */
  readonly lifetime?: number | undefined
}

/** A question to the agent. */
export interface Asking extends Deciding {
  /** 1 to 2048 characters. */
  readonly question: string
  /** Answers to choose from: 10 at most, of 1 to 256 characters. */
  readonly options?: readonly string[] | undefined
  /** Seconds that the agent is given. */
  readonly timeout?: number | undefined
}

/** What became of a request. Where there is a `callback`, redirect the person to it from a page of your own. */
export type Decided =
  | {
      readonly outcome: 'completed'
      /** The id of the consent, for `consentOf` of the route and `resource.managed.end`. Keep it from others. */
      readonly consent: string
      readonly scopes: readonly string[]
      readonly callback: string | undefined
    }
  | {
      /** `expired` if it was too late, `ended` if the request was revoked or its mission terminated. */
      readonly outcome: 'denied' | 'abandoned' | 'expired' | 'ended'
      readonly callback: string | undefined
    }

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
    ask: async (handle, by) => ask(managed, textOf(handle), checkPerson(by)),
    complete: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, (request) => agree(managed, request, by)),
    deny: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, () => decision('denied')),
    abandon: async (handle, by) =>
      decide(managed, textOf(handle), checkPerson(by).person, () => decision('abandoned')),
  })
}

/** How often an answer of the agent in the same moment is followed. */
const maxConflicts = 8

interface Decision {
  readonly outcome: PendingOutcome
  readonly consent?: Consent
  readonly creates?: NewRecord
}

function decision(code: 'denied' | 'abandoned'): Decision {
  return { outcome: { code } }
}

/** The consent of the person who arrived, to a part of what was asked. */
async function agree({ state }: ManagedContext, request: PendingRequest, by: Completing): Promise<Decision> {
  const { person, lifetime = defaultConsentLifetime } = by
  assert(
    Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= maxConsentLifetime,
    `"lifetime" of the consent is ${quoted(lifetime)}: write 60 to ${maxConsentLifetime} seconds`,
  )
  // A form sends one value as a text, and none as nothing.
  const scopes = Object.hasOwn(by, 'scopes') ? [by.scopes ?? []].flat() : request.scopes
  const wider = scopes.findIndex((scope) => !request.scopes.includes(scope))
  if (wider !== -1 || scopes.length === 0)
    throw new AAuthError('invalid_scope', {
      hint:
        wider === -1
          ? 'the consent contains no scope: call deny instead, or leave "scopes" out for all of them'
          : `the consent contains ${quoted(scopes[wider])}, which was not asked for`,
    })
  const since = state.settings.now()
  const { owner, route, source } = request
  const agreed = [...new Set(scopes)]
  const { id, consent, record } = await newConsent({
    ...{ owner, person, route, source, since },
    ...{ scopes: agreed, end: since + lifetime },
  })
  return { outcome: { code: 'completed', consent: id, scopes: agreed }, consent, creates: record }
}

/** One decision counts, whoever else decides in the same moment. */
async function decide(
  managed: ManagedContext,
  handle: string,
  person: string,
  make: (request: PendingRequest) => Decision | Promise<Decision>,
): Promise<Decided> {
  const { pending, polls, state } = managed
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found = await findPage(managed, handle, person)
    const { request } = found
    if (found.ended !== undefined) return failed('ended', 'access_denied', request)
    assertOpen(found)
    if (state.settings.now() >= request.expires) return failed('expired', 'interaction_expired', request)
    const { outcome, consent, creates } = await make(request)
    if (outcome.code === 'completed') await assertLinked(managed, request, person)
    const isLed = request.waitsFor === 'person-server'
    // Nobody asks for the outcome of a request to which a person server leads: the agent comes with an auth token.
    const verdict = await pending.replace(
      found,
      { ...request, outcome },
      { ...(creates && { creates }), ...(isLed && { expires: 0 }) },
    )
    if (verdict === 'full') throw quotaIsFull()
    if (verdict !== 'replaced') continue
    polls.wake(found.id)
    if (consent !== undefined && isLed) await rememberLed(managed, consent)
    if (outcome.code === 'denied') return failed('denied', 'access_denied', request)
    if (outcome.code !== 'completed') return failed('abandoned', 'user_abandoned', request)
    return {
      outcome: 'completed',
      consent: outcome.consent,
      scopes: outcome.scopes,
      callback: request.arrival?.callback ?? undefined,
    }
  }
  throw contended()
}

/** DEFER-7: the agent is told with its next poll. */
async function ask(managed: ManagedContext, handle: string, by: Asking): Promise<void> {
  const { pending, polls, state } = managed
  const { question, options = [], timeout = null } = by
  assertTexts([question], 2048, 'question')
  assert(options.length <= 10, `"options" has ${options.length} members: offer 10 at most`)
  assertTexts(options, 256, 'options')
  assert(
    timeout === null || (Number.isInteger(timeout) && timeout > 0),
    `"timeout" is ${quoted(timeout)}: write a positive integer of seconds`,
  )
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found: FoundPending = await findPage(managed, handle, by.person)
    assertOpen(found)
    const { request } = found
    if (state.settings.now() >= request.expires) throw expired()
    if (request.clarifications.length >= maxClarifications)
      throw new AAuthError('rate_limited', { hint: `${maxClarifications} questions were asked` })
    if (!request.answersQuestions || openQuestion(request) !== undefined)
      throw new AAuthError('invalid_request', {
        hint: 'the agent does not list the capability "clarification", or has not answered the last question',
      })
    const asked = { question, options: [...options], timeout, answer: null }
    const next = { ...request, clarifications: [...request.clarifications, asked] }
    const verdict = await pending.replace(found, next)
    if (verdict === 'full') throw quotaIsFull()
    if (verdict !== 'replaced') continue
    return polls.wake(found.id)
  }
  throw contended()
}

function failed(
  outcome: 'denied' | 'abandoned' | 'expired' | 'ended',
  error: CallbackError,
  { arrival }: PendingRequest,
): Decided {
  const callback = arrival?.callback ?? undefined
  return { outcome, callback: callback && withError(callback, error) }
}

function contended(): AAuthError {
  return new AAuthError('server_error', { hint: 'the request was changed again and again', retryAfter: 1 })
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

function assertTexts(texts: readonly string[], max: number, name: string): void {
  assert(
    texts.every((text) => typeof text === 'string' && text.length > 0 && text.length <= max),
    `"${name}" contains a text that does not have 1 to ${max} characters: shorten it`,
  )
}
