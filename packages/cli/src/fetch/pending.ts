import { shown } from '../terminal/shown.ts'
import { isOnOrigin } from './address.ts'
import type { Clock } from './clock.ts'
import type { Consent } from './consent.ts'
import { FetchFailure } from './failure.ts'
import type { Outgoing } from './outgoing.ts'
import { type Requirement, retryAfterOf } from './requirement.ts'
import { fieldOf, type Received } from './send.ts'
import { longestWait, type TimeLimits, usualPause } from './time-limits.ts'
import type { Trace } from './trace.ts'

/** Requests whose outcome is to be fetched later (draft 11 §11.8). */
export class Pending {
  readonly #consent: Consent
  readonly #clock: Clock
  readonly #limits: TimeLimits
  readonly #trace: Trace

  constructor(consent: Consent, clock: Clock, limits: TimeLimits, trace: Trace) {
    this.#consent = consent
    this.#clock = clock
    this.#limits = limits
    this.#trace = trace
  }

  /**
   * Has a person decide where the answer asks for that, and waits as long as it says.
   * @param requirement of the answer, unless it was met already
   * @returns the request that asks again; `undefined` for an answer that promises nothing
   * @throws {FetchFailure} for one that is to be fetched from another origin, or asks for what a command cannot do
   */
  async next(received: Received, requirement: Requirement | undefined): Promise<Outgoing | undefined> {
    const location = fieldOf(received, 'location')
    if (received.status !== 202 || location === undefined) return undefined
    const url = pendingUrl(received.url, location)
    const isDecided = requirement !== undefined && (await this.#meet(requirement, received.url.origin))
    const pause = Math.max(1, retryAfterOf(received, this.#clock.now()) ?? usualPause)
    if (!isDecided) {
      this.#trace.explain(`  Waits ${Math.min(pause, longestWait)} s, and asks again.`)
      await this.#limits.wait(pause)
    }
    return { method: 'GET', url, headers: [['accept', '*/*']], isPoll: true }
  }

  /** @returns whether it is decided already */
  async #meet(requirement: Requirement, origin: string): Promise<boolean> {
    switch (requirement.name) {
      case 'interaction':
        return this.#consent.ask(requirement, origin)
      case 'approval':
        return false
      default:
        throw new FetchFailure(
          `${origin} waits for "${shown(requirement.name, 64)}", which this command does not know`,
        )
    }
  }
}

function pendingUrl(called: URL, location: string): URL {
  const url = URL.canParse(location, called.href) ? new URL(location, called.href) : undefined
  if (url === undefined || !isOnOrigin(url, called.origin))
    throw new FetchFailure(
      `${called.origin} says to ask for the outcome at "${shown(location, 256)}", which is not on the same origin: nothing was sent there`,
    )
  url.hash = ''
  return url
}
