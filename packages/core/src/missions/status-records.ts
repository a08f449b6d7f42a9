import type { FoundStatus, StatusAnswer } from '../stores/status-store.ts'
import type { MissionAnswer } from './source.ts'
import type { StatusSettings } from './status-settings.ts'

/** Milliseconds that the way to a shared store and back may take, by which its answers are used for less. */
const way = 1000

/** The result of a query. `'unknown'` includes a hint for the operator. */
export type Outcome =
  | { readonly status: 'active' }
  | { readonly status: 'terminated'; readonly reason?: string | undefined }
  | Unknown

/** The status is unavailable, and the source is not queried again for `failedFor` milliseconds. */
export interface Unknown {
  readonly status: 'unknown'
  readonly hint: string
  readonly failedFor: number
  readonly failures: number
}

/** When a query was sent, by both clocks: neither alone shows a time that passed while the other was set. */
export interface SentAt {
  /** Seconds. */
  readonly second: number
  /** Milliseconds of the monotonic clock. */
  readonly at: number
}

/**
 * How long an answer "active" may be used, reckoned from when the query was sent, since the status may have changed before
 * the answer arrived.
 *
 * @param isShared whether the store that keeps the answer is shared
 * @returns `undefined` for an answer that only the waiting request may use
 * @throws {Error} for an answer that is already stale
 */
export function activeFrom(
  { freshUntil }: MissionAnswer,
  sent: SentAt,
  now: number,
  isShared: boolean,
  { activeTtl, maxStale }: StatusSettings,
): (StatusAnswer & { readonly status: 'active' }) | undefined {
  const passed = Math.max(performance.now() - sent.at, (now - sent.second) * 1000)
  const limit = freshUntil === undefined ? Number.POSITIVE_INFINITY : (freshUntil - now) * 1000
  // The waiting request may use the answer even if the clock of whole seconds has just advanced.
  if (now - sent.second > activeTtl || limit <= 0)
    throw new Error('the answer of the source is stale: compare its clock with this one')
  const spent = passed + (isShared ? way : 0)
  // Shortened by a random amount, so that missions that were queried together are not renewed together.
  const freshFor = Math.min(activeTtl * 1000 * (1 - Math.random() / 10) - spent, limit)
  if (freshFor <= 0) return undefined
  // If the source sets a limit, no method may use the answer for longer (docs/decisions.md#unknown-status).
  const staleFor = Math.max(freshFor, Math.min(maxStale * 1000 - spent, limit))
  return { status: 'active', freshFor: Math.ceil(freshFor), staleFor: Math.ceil(staleFor) }
}

/** The outcome of a failed query, following earlier failures. */
export function unknownFrom(error: unknown, before: FoundStatus | undefined): Unknown {
  const failures = (before?.failures ?? 0) + 1
  const hint = error instanceof Error ? error.message : 'the source failed'
  return {
    status: 'unknown',
    hint: hint.slice(0, 256),
    failedFor: Math.min(5, 2 + failures) * 1000,
    failures,
  }
}

/** The failure after which the source is not queried yet. */
export function failureIn(found: FoundStatus | undefined): Unknown | undefined {
  if (found === undefined || found.failedFor <= 0) return undefined
  const { hint, failedFor, failures } = found
  return { status: 'unknown', hint, failedFor, failures }
}

/** Whether 30 % of its time is left or less, so that the answer is renewed while it is still fresh. */
export function isDue({ freshFor, failedFor }: FoundStatus, { activeTtl }: StatusSettings): boolean {
  return freshFor <= activeTtl * 300 && failedFor <= 0
}
