import type { SignedMessage, TestKey } from '@aauth-guard/testing'
import { shown } from '../terminal/shown.ts'
import { isOnOrigin } from './address.ts'
import type { Clock } from './clock.ts'
import { type Coverage, demandedCoverage, isCoverable, noCoverage } from './coverage.ts'
import { FetchFailure } from './failure.ts'
import { type Credential, componentsOf, type Outgoing, sign, targetOf } from './outgoing.ts'
import { retryAfterOf } from './requirement.ts'
import { type Received, send, type Wire } from './send.ts'
import { longestWait, type TimeLimits, usualPause } from './time-limits.ts'
import type { Trace } from './trace.ts'

/** Octets that are read of the answer of an API. */
export const maxBody: number = 10 * 1024 * 1024
/** Octets that are read of a document or a token. */
const maxDocument = 256 * 1024
/** A server that stays busy is left alone after so many tries. */
const maxTries = 5

/** Sends requests that are signed, and documents that need no signature. */
export class Caller {
  readonly #key: TestKey
  readonly #clock: Clock
  readonly #limits: TimeLimits
  readonly #trace: Trace
  /** What each origin wants of signatures beside what all want. */
  readonly #components = new Map<string, readonly string[]>()

  constructor(key: TestKey, clock: Clock, limits: TimeLimits, trace: Trace) {
    this.#key = key
    this.#clock = clock
    this.#limits = limits
    this.#trace = trace
  }

  /**
   * Signs a request as it would be sent.
   * @param params of the signature, where the server chose them
   * @throws {Error} for an origin that the token is not for
   */
  sign(outgoing: Outgoing, credential: Credential, params: Coverage['params'] = {}): Promise<SignedMessage> {
    const { origin } = outgoing.url
    if (!credential.origins.some((one) => isOnOrigin(outgoing.url, one)))
      throw new Error(`the ${credential.kind} is not for ${origin}: it was not sent`)
    const coverage = { components: this.#components.get(origin) ?? [], params }
    return sign(outgoing, credential, { key: this.#key, now: Math.floor(this.#clock.now() / 1000), coverage })
  }

  /**
   * Sends a request. Where the signature lacks what the server wants covered, it signs once more; where the server is busy
   * and says for how long, it waits and tries again.
   * @throws {FetchFailure} where there is no answer
   */
  async send(outgoing: Outgoing, credential: Credential, maxContent: number = maxBody): Promise<Received> {
    let more: Coverage | undefined
    for (let tries = 1; ; tries++) {
      const { headers } = await this.sign(outgoing, credential, more?.params)
      const wire = { ...outgoing, target: targetOf(outgoing.url), headers }
      const received = await this.#exchange(wire, maxContent, credential, outgoing.isPoll)
      if (more === undefined) {
        more = this.#coverMore(outgoing, received)
        if (more !== undefined) continue
      }
      const pause = this.#pauseOf(outgoing, received, tries)
      if (pause === undefined) return received
      more = { ...noCoverage, ...more, params: {} }
      this.#trace.say(`${outgoing.url.origin} answered ${received.status}: trying again in ${pause} s`)
      await this.#limits.wait(pause)
    }
  }

  /** Fetches a document without a signature. */
  get(url: URL): Promise<Received> {
    const headers = [['accept', 'application/json']] as const
    return this.#exchange({ method: 'GET', url, target: targetOf(url), headers }, maxDocument)
  }

  /** Sends a request whose answer is a document or a token. @throws {FetchFailure} for a longer answer */
  async ask(outgoing: Outgoing, credential: Credential): Promise<Received> {
    const received = await this.send(outgoing, credential, maxDocument)
    if (received.isCut)
      throw new FetchFailure(`${outgoing.url.origin} answered with more than ${maxDocument / 1024} KiB`)
    return received
  }

  async #exchange(
    wire: Wire,
    maxContent: number,
    credential?: Credential,
    isPoll = false,
  ): Promise<Received> {
    const { origin } = wire.url
    try {
      const received = await this.#limits.forAnswer(
        origin,
        (signal) => send(wire, maxContent, signal),
        isPoll,
      )
      this.#trace.add(wire, received, credential)
      return received
    } catch (error) {
      throw error instanceof FetchFailure ? error : unreachable(origin, error)
    }
  }

  /** What a refusal wants of the signature, remembered for its origin; `undefined` where nothing can be done about it. */
  #coverMore(outgoing: Outgoing, received: Received): Coverage | undefined {
    const { url, headers } = outgoing
    const demanded = demandedCoverage(received)
    const known = this.#components.get(url.origin) ?? []
    const covered = componentsOf(outgoing, known)
    const missing = demanded.components.filter((name) => !covered.includes(name))
    if (missing.length === 0 && Object.keys(demanded.params).length === 0) return undefined
    const absent = missing.find((name) => !isCoverable(name, headers))
    if (absent !== undefined) {
      this.#trace.explain(`  The signature cannot cover "${shown(absent, 64)}", which is not sent.`)
      return undefined
    }
    this.#components.set(url.origin, [...known, ...missing])
    this.#trace.explain('  Signs again, as the answer wants it.')
    return demanded
  }

  /** Seconds to wait before the same is sent again; `undefined` for an answer that stands. */
  #pauseOf({ isPoll }: Outgoing, received: Received, tries: number): number | undefined {
    const { status } = received
    if (status !== 429 && status !== 503) return undefined
    const told = retryAfterOf(received, this.#clock.now())
    // Of a poll neither is the outcome (draft 11 §11.8).
    if (isPoll) return Math.max(1, (told ?? usualPause) + (status === 429 ? usualPause : 0))
    return told === undefined || told > longestWait || tries >= maxTries ? undefined : Math.max(1, told)
  }
}

function unreachable(origin: string, error: unknown): FetchFailure {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code ?? message
  if (code === 'ECONNREFUSED')
    return new FetchFailure(`nothing listens at ${origin}`, 'start it, or look at the port')
  if (code === 'ENOTFOUND') return new FetchFailure(`the host name of ${origin} was not found`)
  return new FetchFailure(`${origin} could not be asked: ${shown(String(reason), 256)}`)
}
