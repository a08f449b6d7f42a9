import { shown } from '../terminal/shown.ts'
import type { Clarification } from './clarification.ts'
import type { Clock } from './clock.ts'
import type { Consent } from './consent.ts'
import { FetchFailure } from './failure.ts'
import type { Outgoing } from './outgoing.ts'
import { pendingUrlOf } from './pending-url.ts'
import { readJsonObject } from './read-json.ts'
import { type Requirement, retryAfterOf } from './requirement.ts'
import type { Received } from './send.ts'
import { longestWait, type TimeLimits, usualPause } from './time-limits.ts'
import type { Trace } from './trace.ts'

/** Seconds for which the server may hold a poll back until something changes (RFC 7240 §4.3). */
const preferredWait = 20

export interface PendingOptions {
  readonly consent: Consent
  readonly clarification: Clarification
  readonly clock: Clock
  readonly limits: TimeLimits
  readonly trace: Trace
}

/** Requests whose outcome is to be fetched later (draft 11 §11.8). */
export class Pending {
  readonly #options: PendingOptions
  /** What was last told about the request that waits. */
  #told: string | undefined
  /** The pending URL to which an answer was sent last, until its response is read. */
  #clarified: URL | undefined

  constructor(options: PendingOptions) {
    this.#options = options
  }

  /**
   * Has a person decide or answer where the response asks for that, and waits as long as it says.
   * @param requirement of the response, unless it was met already
   * @returns the request that asks again; `undefined` for a response that promises nothing
   * @throws {FetchFailure} for one that is to be fetched from another origin, or asks for what a command cannot do
   */
  async next(received: Received, requirement: Requirement | undefined): Promise<Outgoing | undefined> {
    const clarified = this.#clarified
    this.#clarified = undefined
    const url = pendingUrlOf(received)
    if (url === undefined) {
      // The person decided before the answer arrived: the next poll says what.
      return clarified !== undefined && received.status === 400
        ? this.#pollAfter(usualPause, clarified)
        : undefined
    }
    this.#tellProgress(received, url, requirement)
    const pause = retryAfterOf(received, this.#options.clock.now()) ?? usualPause
    if (requirement === undefined) return this.#pollAfter(pause, url)
    switch (requirement.name) {
      case 'approval':
        return this.#pollAfter(pause, url)
      case 'interaction':
        return (await this.#options.consent.ask(requirement, received.url.origin))
          ? poll(url)
          : this.#pollAfter(pause, url)
      case 'clarification': {
        // The next line that is typed is the answer, and opens no page.
        this.#options.consent.close()
        const body = await this.#options.clarification.answer(received)
        if (body === undefined) return this.#pollAfter(pause, url)
        this.#clarified = url
        const headers = [...accept, ['content-type', 'application/json'] as const]
        return { method: 'POST', url, headers, body, isPoll: true }
      }
      default:
        throw new FetchFailure(
          `${received.url.origin} waits for "${shown(requirement.name, 64)}", which this command does not know`,
        )
    }
  }

  async #pollAfter(pause: number, url: URL): Promise<Outgoing> {
    const { limits, trace } = this.#options
    const seconds = Math.max(1, pause)
    trace.explain(`  Waits ${Math.min(seconds, longestWait)} s, and asks again.`)
    await limits.wait(seconds)
    return poll(url)
  }

  /** Tells the person what is waited for, once. A page that they have to open is told by {@link Consent}. */
  #tellProgress(received: Received, { href }: URL, requirement: Requirement | undefined): void {
    const { origin } = received.url
    const text =
      requirement?.name === 'approval'
        ? `Waiting for an approval, for which ${origin} asks the person elsewhere.`
        : readJsonObject(received).status === 'interacting'
          ? `The person is on the page of ${origin}: waiting for the decision.`
          : undefined
    const told = text && `${href} ${text}`
    if (text === undefined || told === this.#told) return
    this.#told = told
    this.#options.trace.tellProgress(text)
  }
}

const accept = [['accept', '*/*']] as const

function poll(url: URL): Outgoing {
  return { method: 'GET', url, headers: [...accept, ['prefer', `wait=${preferredWait}`]], isPoll: true }
}
