import type { ConsoleDecision, Outcome } from './protocol.ts'

/** Decisions of each outcome that are kept, so that a flood of one does not push out the others. */
export const maxKept = 500

export const outcomes = ['accepted', 'challenged', 'refused', 'failed'] as const

export interface Row {
  readonly key: string
  /** Rises in the order of arrival. */
  readonly order: number
  readonly decision: ConsoleDecision
}

export type Kept = Readonly<Record<Outcome, readonly Row[]>>

/** The newest decisions that the page was told of, the oldest first in each outcome. */
export class DecisionLog {
  #kept: Record<Outcome, Row[]> = emptyKept()
  #keys = new Set<string>()
  #order = 0

  /** How many were added in all. */
  get total(): number {
    return this.#order
  }

  /** @returns whether it is new */
  add(decision: ConsoleDecision): boolean {
    const key = keyOf(decision)
    const rows = this.#kept[decision.outcome]
    if (rows === undefined || this.#keys.has(key)) return false
    this.#keys.add(key)
    rows.push({ key, order: ++this.#order, decision })
    if (rows.length > 2 * maxKept) for (const gone of rows.splice(0, maxKept)) this.#keys.delete(gone.key)
    return true
  }

  /** Adds decisions from before those that are there, in the order of time. */
  merge(decisions: readonly ConsoleDecision[]): void {
    const rows = outcomes.flatMap((outcome) => this.#kept[outcome])
    const all = [...rows.map(({ decision }) => decision), ...decisions]
    all.sort((a, b) => a.time - b.time || a.seq - b.seq)
    this.#kept = emptyKept()
    this.#keys = new Set()
    for (const decision of all) this.add(decision)
  }

  /** What is kept now, and stays the same when more arrives. */
  copy(): Kept {
    const { accepted, challenged, refused, failed } = this.#kept
    const last = (rows: readonly Row[]) => rows.slice(-maxKept)
    return {
      accepted: last(accepted),
      challenged: last(challenged),
      refused: last(refused),
      failed: last(failed),
    }
  }

  get kept(): Kept {
    return this.#kept
  }
}

/** The newest rows of the chosen outcomes that pass, the newest first. */
export function newest(kept: Kept, chosen: readonly Outcome[], passes: (row: Row) => boolean): Row[] {
  const sources = chosen.map((outcome) => ({ rows: kept[outcome], at: kept[outcome].length - 1 }))
  const found: Row[] = []
  while (found.length < maxKept) {
    let next: { rows: readonly Row[]; at: number } | undefined
    for (const source of sources) {
      const row = source.rows[source.at]
      if (row !== undefined && row.order > (next?.rows[next.at]?.order ?? 0)) next = source
    }
    const row = next?.rows[next.at]
    if (next === undefined || row === undefined) break
    next.at--
    if (passes(row)) found.push(row)
  }
  return found
}

/** All decisions about one request, in the order of their steps. */
export function stepsOf(kept: readonly Kept[], request: string): ConsoleDecision[] {
  const found = new Map<number, ConsoleDecision>()
  for (const one of kept) {
    for (const outcome of outcomes) {
      for (const { decision } of one[outcome]) {
        if (decision.request === request) found.set(decision.step, decision)
      }
    }
  }
  return [...found.values()].sort((a, b) => a.step - b.step)
}

export function keyOf({ process, seq }: ConsoleDecision): string {
  return `${process}.${seq}`
}

function emptyKept(): Record<Outcome, Row[]> {
  return { accepted: [], challenged: [], refused: [], failed: [] }
}
