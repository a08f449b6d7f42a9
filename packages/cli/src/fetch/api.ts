import { shown } from '../terminal/shown.ts'
import { FetchFailure } from './failure.ts'
import type { Credential, Outgoing } from './outgoing.ts'
import { pendingUrlOf } from './pending-url.ts'
import { readJsonObject } from './read-json.ts'
import { heldRemedy } from './remedies.ts'
import { type Requirement, readRequirement } from './requirement.ts'
import type { Received } from './send.ts'
import { Session } from './session.ts'
import { type ApiOptions, Tokens } from './tokens.ts'

/** What a call led to. */
export interface Outcome {
  /** `undefined` where the call was left to be sent by somebody else. */
  readonly received: Received | undefined
  readonly outgoing: Outgoing
  readonly credential: Credential
  /** Whether the API kept the call, so that the outcome is that of a call which it ran itself. */
  readonly isHeld: boolean
}

/** A call that was answered. */
export interface Answered extends Outcome {
  readonly received: Received
}

/** How a call is made. */
export interface CallOptions {
  /** Whether a call with an auth token is left to be sent by somebody else. */
  readonly leavesLast?: boolean
  /** Whether a person's consent is the outcome itself. Otherwise the call is sent again under it. */
  readonly wantsConsent?: boolean
}

/** An API that keeps asking is left alone after so many answers. */
const maxChallenges = 6
/** An API that keeps asking the person for the same call is left alone after so many consents. */
const maxConsents = 3

/** Calls one API, and brings the tokens and the consents that it asks for. */
export class Api {
  readonly #options: ApiOptions
  readonly #tokens: Tokens
  readonly #session: Session
  /** An API of draft 11 reads the mission in the tokens. */
  #readsMissionHeader = true

  constructor(options: ApiOptions) {
    this.#options = options
    this.#tokens = new Tokens(options)
    this.#session = new Session(options.ways.trace)
  }

  /** An auth token for a resource token that the API issued. @throws {FetchFailure} for one that must not be used */
  redeem(resourceToken: string, presented: Credential): Promise<Credential> {
    return this.#tokens.redeem(resourceToken, presented)
  }

  /**
   * Calls until the API asks for nothing more.
   * @param credential shown first
   */
  async call(
    first: Outgoing,
    credential: Credential,
    options?: CallOptions & { leavesLast?: false },
  ): Promise<Answered>
  async call(first: Outgoing, credential: Credential, options: CallOptions): Promise<Outcome>
  async call(
    first: Outgoing,
    credential: Credential,
    { leavesLast = false, wantsConsent = false }: CallOptions = {},
  ): Promise<Outcome> {
    const { pending, trace } = this.#options.ways
    let outgoing = this.#underMission(first)
    let waitsFor: 'person' | 'held call' | undefined
    let challenges = 0
    let consents = 0
    for (;;) {
      const isHeld = waitsFor === 'held call'
      const signed = this.#session.addTo(outgoing, credential)
      if (leavesLast && credential.kind === 'auth-token')
        return { received: undefined, outgoing: signed, credential, isHeld }
      const received = await this.#send(signed, credential, isHeld)
      const outcome = { received, outgoing: signed, credential, isHeld }
      if (waitsFor === 'person' && !wantsConsent && isConsent(received)) {
        if (++consents > maxConsents)
          throw new FetchFailure(
            `${received.url.origin} asked the person ${maxConsents} times for the same call`,
          )
        trace.tellProgress(`${consentText(received)}: sending the request again.`)
        waitsFor = undefined
        outgoing = this.#underMission(first)
        continue
      }
      const requirement = readRequirement(received)
      // Nobody is asked for anything where the outcome could not be fetched.
      const isDeferred = pendingUrlOf(received) !== undefined
      const asksForToken = received.status === 401 || (isDeferred && requirement?.name === 'auth-token')
      if (requirement !== undefined && asksForToken) {
        if (isDeferred && !isHeld)
          trace.tellProgress(`${received.url.origin} holds the call for an auth token.`)
        const token = await this.#bring(requirement, credential, ++challenges)
        if (token === undefined) return outcome
        credential = token
        if (!outgoing.isPoll) outgoing = this.#underMission(first)
        if (!isDeferred) continue
        waitsFor = 'held call'
      } else if (isDeferred && requirement !== undefined) waitsFor ??= 'person'
      const next = await orMayHaveRun(isHeld, pending.next(received, asksForToken ? undefined : requirement))
      if (next === undefined) return outcome
      outgoing = next
    }
  }

  /** The token that is asked for; `undefined` where there is none to bring, or where that is one too many. */
  async #bring(
    requirement: Requirement,
    credential: Credential,
    challenges: number,
  ): Promise<Credential | undefined> {
    const { origin, ways } = this.#options
    if (challenges > maxChallenges) {
      ways.trace.say(`${origin} asked for ${maxChallenges} tokens, and gets no more`)
      return undefined
    }
    if (requirement.name === 'person-token') this.#readsMissionHeader = false
    return this.#tokens.answer(requirement, credential)
  }

  async #send(outgoing: Outgoing, credential: Credential, isHeld: boolean): Promise<Received> {
    const received = await orMayHaveRun(isHeld, this.#options.ways.caller.send(outgoing, credential))
    this.#session.keep(received)
    return received
  }

  /** Asserts the mission in the way of drafts 01 to 10. */
  #underMission(outgoing: Outgoing): Outgoing {
    const { mission, personServer } = this.#options
    if (mission === undefined || personServer === undefined || !this.#readsMissionHeader) return outgoing
    const value = `approver="${personServer.id}"; s256="${mission}"`
    return { ...outgoing, headers: [...outgoing.headers, ['aauth-mission', value]] }
  }
}

/** Whether a person has agreed, in place of an outcome (draft 11 §6.6). */
export function isConsent(received: Received): boolean {
  return received.status === 200 && readJsonObject(received).status === 'authorized'
}

function consentText(received: Received): string {
  const { scope } = readJsonObject(received)
  return `${received.url.origin} has the consent of the person${typeof scope === 'string' ? ` for ${shown(scope, 256)}` : ''}`
}

/** Whoever stops waiting for a held call does not know whether it has run. */
async function orMayHaveRun<T>(isHeld: boolean, waiting: Promise<T>): Promise<T> {
  try {
    return await waiting
  } catch (error) {
    if (!isHeld || !(error instanceof FetchFailure)) throw error
    throw new FetchFailure(error.message, heldRemedy)
  }
}
