import type { Examination } from './examination.ts'

/** Something about the API that is wrong, or soon will be. */
export interface Finding {
  readonly id: string
  /** `error`: agents are refused, or somebody gets what is not theirs. `warning`: it may come to that. */
  readonly severity: 'error' | 'warning'
  readonly found: string
  /** What the operator does about it. */
  readonly remedy: string
}

/** A check that did not run, and why. */
export interface LeftOut {
  readonly leftOut: string
}

/** What a check came to. */
export type Outcome = readonly Finding[] | LeftOut

/** One thing that is looked at. */
export interface Check {
  readonly name: string
  examine(examination: Examination): Promise<Outcome>
}

/** A list of one finding. */
export function finding(
  severity: Finding['severity'],
  id: string,
  found: string,
  remedy: string,
): readonly Finding[] {
  return [{ id, severity, found, remedy }]
}
