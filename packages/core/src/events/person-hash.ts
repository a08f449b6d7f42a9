import type { Platform } from '../platform/platform.ts'
import type { DecisionEvent } from './decision-event.ts'

/** How events name persons. */
export interface ObserveOptions {
  /**
   * 32 octets, the same in all processes of a fleet: persons are named by an HMAC with it. Never derive it from the
   * signing key. Default a random key of the process, so that a person has another name in every process.
   */
  readonly personHashKey?: Uint8Array
  /** Names persons by `personKey(auth)` itself. Default `false`. */
  readonly rawPersons?: boolean
}

/** Names persons in events. */
export class PersonHash {
  readonly #platform: Platform
  readonly #raw: boolean
  #key: Uint8Array | undefined
  readonly scope: NonNullable<DecisionEvent['personScope']>

  constructor(platform: Platform, { personHashKey, rawPersons = false }: ObserveOptions) {
    this.#platform = platform
    this.#raw = rawPersons
    this.#key = personHashKey
    this.scope = rawPersons ? 'raw' : personHashKey ? 'fleet' : 'process'
  }

  /** Synchronous where the runtime hashes synchronously. */
  nameOf(person: string): string | Promise<string> {
    if (this.#raw) return person
    this.#key ??= crypto.getRandomValues(new Uint8Array(32))
    return this.#platform.hmac(this.#key, person)
  }
}
