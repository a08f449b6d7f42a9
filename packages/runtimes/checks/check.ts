/** What the runtime is expected to be, as the runner knows it. */
export interface Expectation {
  /** Which side of the `#platform` seam the packages must have chosen. */
  readonly platform: 'node' | 'web'
  /** Who verifies Ed25519: the runtime, or @noble/curves where the runtime was made to have none. */
  readonly ed25519: 'native' | 'noble'
}

/** One claim, and what shows it in a context. It throws when the claim does not hold. */
export interface Check<Context = Expectation> {
  readonly title: string
  readonly run: (context: Context) => Promise<void>
  /** Left out where the context is another. */
  readonly on?: (context: Context) => boolean
}

/** What became of a check. */
export interface Outcome {
  readonly title: string
  /** Why it failed; absent when it passed. */
  readonly failure?: string
}

export function check<Context = Expectation>(
  title: string,
  run: Check<Context>['run'],
  on?: Check<Context>['on'],
): Check<Context> {
  return { title, run, ...(on && { on }) }
}

/** Runs checks one after the other, so that what one replaces for a moment is back when the next begins. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { title, run, on } of checks) {
    if (on && !on(context)) continue
    outcomes.push({ title, ...(await failureOf(() => run(context))) })
  }
  return outcomes
}

async function failureOf(run: () => Promise<void>): Promise<{ failure?: string }> {
  try {
    await run()
    return {}
  } catch (error) {
    return { failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** Compares as JSON, which is all that a suite without a test runner has to compare. */
export function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (got !== wanted) throw new Error(`got ${got}, expected ${wanted}`)
}
