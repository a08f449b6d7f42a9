import type { Platform } from '../platform/platform.ts'
import type { DecisionEvent } from './decision-event.ts'

/** How events name persons. */
export interface ObserveOptions {
  /**
   * The key of the HMAC by which events name persons: 32 octets, the same in all processes of a fleet. Never derive it
   * from the signing key. By default each process makes a random key, so a person has a different name in every
   * process.
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

  /** Synchronous if the runtime hashes synchronously. */
  nameOf(person: string): string | Promise<string> {
    if (this.#raw) return person
    this.#key ??= crypto.getRandomValues(new Uint8Array(32))
    return this.#platform.hmac(this.#key, person)
  }
}
