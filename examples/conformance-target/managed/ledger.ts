import { AAuthError } from '@aauth-guard/core'
import type { HeldCall, HeldResult, UnknownOutcome } from '@aauth-guard/core/managed'
import type { HeldRun } from './route-members.ts'

/** What was run under one key in this process. */
export interface Entry {
  readonly route: string
  readonly key: string
  /** How often `run` was called. */
  count: number
  readonly method: string
  readonly target: string
  readonly fields: Readonly<Record<string, string>>
  /** As UTF-8. */
  readonly content: string
}

/** Forgotten beyond this number, the oldest first. */
const maxEntries = 10_000

/** Counts the runs of held calls, so that "it runs once" can be seen from outside. */
export class Ledger {
  readonly entries = new Map<string, Entry>()
  /** What `onUnknown` was told. */
  readonly unknown: UnknownOutcome[] = []
  readonly #waiting = new Map<string, (run: HeldRun) => void>()

  /** Counts a run, and ends it as the route says. */
  async run(route: string, call: HeldCall, how: HeldRun): Promise<HeldResult> {
    const entry = this.#count(route, call)
    const ends = how === 'waits' ? await this.#released(call.key) : how
    if (ends === 'throws') throw new Error('the route of the configuration throws')
    if (ends === 'refuses') throw new AAuthError('access_denied', { hint: 'the route refuses' })
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: call.auth, run: entry }),
    }
  }

  /** Ends a run that waits. @returns whether it waited */
  release(key: string, how: HeldRun): boolean {
    const end = this.#waiting.get(key)
    this.#waiting.delete(key)
    end?.(how)
    return end !== undefined
  }

  #count(route: string, { key, method, target, fields, body }: HeldCall): Entry {
    const known = this.entries.get(key)
    const content = new TextDecoder().decode(body)
    const entry = known ?? { route, key, count: 0, method, target, fields, content }
    entry.count += 1
    this.entries.set(key, entry)
    const [oldest] = this.entries.keys()
    if (this.entries.size > maxEntries) this.entries.delete(oldest as string)
    return entry
  }

  #released(key: string): Promise<HeldRun> {
    return new Promise((resolve) => this.#waiting.set(key, resolve))
  }
}
