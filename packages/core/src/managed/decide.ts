import { assert } from '../assert/assert.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { quoted } from '../wire/quoted.ts'
import { assertLinked, assertOpen, findPage } from './arrive.ts'
import { type CallbackError, withError } from './callback.ts'
import { type Consent, defaultConsentLifetime, maxConsentLifetime, newConsent } from './consent.ts'
import { rememberLed } from './led-consent.ts'
import type { ManagedContext } from './managed-context.ts'
import { contended, maxConflicts, quotaIsFull } from './pending-records.ts'
import type { PendingOutcome, PendingRequest } from './pending-request.ts'
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

/** An outcome, and the consent that is created with it. */
export interface Decision {
  readonly outcome: PendingOutcome
  readonly consent?: Consent
  readonly creates?: NewRecord
}

/** The decision of a person who consents to nothing. */
export function decision(code: 'denied' | 'abandoned'): Decision {
  return { outcome: { code } }
}

/** The consent of the person who arrived, to a part of what was asked. */
export async function agree(
  { state }: ManagedContext,
  request: PendingRequest,
  by: Completing,
): Promise<Decision> {
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
export async function decide(
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

function failed(
  outcome: 'denied' | 'abandoned' | 'expired' | 'ended',
  error: CallbackError,
  { arrival }: PendingRequest,
): Decided {
  const callback = arrival?.callback ?? undefined
  return { outcome, callback: callback && withError(callback, error) }
}
