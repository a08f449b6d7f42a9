/** What can be held against what was told. */
export type Facts = Readonly<Record<string, unknown>>

/** What came of a step. */
export interface Outcome {
  /** What crossed the wire on the way there, line by line, abbreviated; `→ ` begins a further request. */
  readonly sent: readonly string[]
  /** Everything about the answer that matters. */
  readonly facts: Facts
  /** What differs from run to run, and so is told and not compared. */
  readonly aside?: readonly string[]
  /** What the API wrote into its own log. */
  readonly log?: readonly string[]
}

/** One thing that happens, and what must come of it: exactly these facts, no more and no less. */
export interface Step {
  readonly who: string
  readonly told: Facts
  readonly because: string
  play(): Promise<Outcome>
}

export interface Act {
  readonly title: string
  readonly intro: string
  readonly steps: readonly Step[]
}

/**
 * The same acts with one step told wrongly, counted from 1 through all acts: shows that the play can fail.
 * @throws {RangeError} when there is no such step
 */
export function falsify(acts: readonly Act[], number: number): Act[] {
  const steps = acts.flatMap((act) => act.steps)
  const wrong = steps[number - 1]
  if (wrong === undefined)
    throw new RangeError(`there are ${steps.length} steps, and none is number ${number}`)
  const told = { ...wrong.told, 'told wrongly': true }
  return acts.map((act) => ({
    ...act,
    steps: act.steps.map((step) => (step === wrong ? { ...step, told } : step)),
  }))
}
