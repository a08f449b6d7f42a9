import type { Platform } from '../platform/platform.ts'
import type { Auth } from '../token/auth.ts'
import { encodeBase64url } from '../wire/base64url.ts'

const maxEntries = 10_000

/** In seconds; `until` is the first in which the answer is not used. */
interface Entry {
  readonly from: number
  readonly until: number
}

/** Evaluation requests that the policy server allowed a few seconds ago. Only digests of them are kept. */
export class AllowedEvaluations {
  /** In the order in which they were added. */
  readonly #entries = new Map<string, Entry>()
  readonly #seconds: number

  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /** The token is part of the key, even if `map` left it out: one token must not use the answer for another one. */
  async keyOf({ digest }: Platform, { iss, jti, thumbprint }: Auth, content: string): Promise<string> {
    const text = JSON.stringify([iss, jti, thumbprint, content])
    return encodeBase64url(await digest('sha-256', new TextEncoder().encode(text)))
  }

  /** If the clock was set back, it is unknown how much time has passed. */
  has(key: string, now: number): boolean {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.from <= now && now < entry.until
  }

  /** @param asked the second in which the policy server was called */
  add(key: string, asked: number, { exp }: Auth): void {
    this.#entries.delete(key)
    for (const [oldest, { from }] of this.#entries) {
      if (this.#entries.size < maxEntries && asked < from + this.#seconds) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { from: asked, until: Math.min(asked + this.#seconds, exp) })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
