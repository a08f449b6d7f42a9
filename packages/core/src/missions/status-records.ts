import type { StatusSettings } from './status-settings.ts'

/** A mission that was found active. */
export interface Active {
  /** When the query was sent: the status may have changed before the answer arrived. */
  readonly observedAt: number
  readonly softUntil: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** A mission whose status was unavailable. */
export interface Unknown {
  readonly outcome: Outcome & { readonly status: 'unknown' }
  /** Number of consecutive failures. */
  readonly failures: number
  readonly observedAt: number
}

/** The result of a query. `'unknown'` includes a hint for the operator. */
export type Outcome =
  | { readonly status: 'active' }
  | { readonly status: 'terminated'; readonly reason?: string | undefined }
  | { readonly status: 'unknown'; readonly hint: string; readonly until: number }

/**
 * The record of an answer "active".
 * @throws {Error} for an answer that is already stale
 */
export function activeFrom(
  observedAt: number,
  freshUntil: number | undefined,
  now: number,
  { activeTtl, maxStale }: StatusSettings,
): Active {
  // Shortened by a random amount, so that missions that were queried together are not renewed together.
  const ttl = activeTtl * (1 - Math.random() / 10)
  const until = Math.min(observedAt + ttl, freshUntil ?? Number.POSITIVE_INFINITY)
  // The waiting request may use the answer even if the clock of whole seconds has just advanced.
  if (now - observedAt > activeTtl || now >= (freshUntil ?? Number.POSITIVE_INFINITY))
    throw new Error('the answer of the source is stale: compare its clock with this one')
  return {
    observedAt,
    softUntil: observedAt + (until - observedAt) * 0.7,
    freshUntil: until,
    // If the source sets a limit, no method may use the answer for longer (docs/decisions.md#unknown-status).
    staleUntil: Math.min(observedAt + maxStale, freshUntil ?? Number.POSITIVE_INFINITY),
  }
}

/** The record of a failed query, following the previous failure. */
export function unknownFrom(error: unknown, before: Unknown | undefined, now: number): Unknown {
  const failures = (before?.failures ?? 0) + 1
  const hint = error instanceof Error ? error.message : 'the source failed'
  return {
    outcome: { status: 'unknown', hint, until: now + Math.min(5, 2 + failures) },
    failures,
    observedAt: now,
  }
}

/** If the clock was set back, the record is no longer valid (C12). */
export function isWithin(now: number, { observedAt }: Active | Unknown, until: number): boolean {
  return now >= observedAt && now < until
}
