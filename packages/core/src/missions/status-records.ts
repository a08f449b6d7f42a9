import type { StatusSettings } from './status-settings.ts'

/** A mission that was found active. */
export interface Active {
  /** When it was asked for: what the person server knew then may have changed before its answer came. */
  readonly observedAt: number
  readonly softUntil: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** A mission that nobody could tell of. */
export interface Unknown {
  readonly outcome: Outcome & { readonly status: 'unknown' }
  /** In a row. */
  readonly failures: number
  readonly observedAt: number
}

/** What asking came to. `'unknown'` says why, for the operator. */
export type Outcome =
  | { readonly status: 'active' }
  | { readonly status: 'terminated'; readonly reason?: string | undefined }
  | { readonly status: 'unknown'; readonly hint: string; readonly until: number }

/**
 * What is kept of the answer "active".
 * @throws {Error} for an answer that was stale before it came
 */
export function activeFrom(
  observedAt: number,
  freshUntil: number | undefined,
  now: number,
  { activeTtl, maxStale }: StatusSettings,
): Active {
  // Only ever shorter, so that missions learned together are not asked for together.
  const ttl = activeTtl * (1 - Math.random() / 10)
  const until = Math.min(observedAt + ttl, freshUntil ?? Number.POSITIVE_INFINITY)
  // Who has waited is served also where the clock of whole seconds has just gone on, and the next one asks anew.
  if (now - observedAt > activeTtl || now >= (freshUntil ?? Number.POSITIVE_INFINITY))
    throw new Error('the answer of the source is stale: compare its clock with this one')
  return {
    observedAt,
    softUntil: observedAt + (until - observedAt) * 0.7,
    freshUntil: until,
    // Where the source says how long, it is not longer on any method (docs/decisions.md#unknown-status).
    staleUntil: Math.min(observedAt + maxStale, freshUntil ?? Number.POSITIVE_INFINITY),
  }
}

/** What is kept of a question that came to nothing, after the failure before it. */
export function unknownFrom(error: unknown, before: Unknown | undefined, now: number): Unknown {
  const failures = (before?.failures ?? 0) + 1
  const hint = error instanceof Error ? error.message : 'the source failed'
  return {
    outcome: { status: 'unknown', hint, until: now + Math.min(5, 2 + failures) },
    failures,
    observedAt: now,
  }
}

/** After the clock went back nothing is known any more (C12). */
export function isWithin(now: number, { observedAt }: Active | Unknown, until: number): boolean {
  return now >= observedAt && now < until
}
