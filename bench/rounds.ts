import type { Figure } from './figures.ts'
import { type Case, measureRound, measureSingles, type Round } from './measure.ts'
import { median, quantile, spreadOf } from './statistics.ts'

export interface Plan {
  readonly inFlight: number
  readonly rounds: number
  /** How long a case runs in each round. */
  readonly milliseconds: number
}

/** What one case took, round by round. */
interface Measured {
  readonly one: Case
  readonly rounds: Round[]
  /** Microseconds of single runs, where one is in flight. */
  readonly singles: number[]
  count: number
}

const warmUps = 2
/** Enough for V8 to compile what is measured. */
const firstRuns = 1024

/**
 * Measures the cases in turns, so that whatever else the machine does disturbs all of them alike. The order is rotated
 * with each round: no case always follows the one that leaves most garbage.
 */
export async function measureCases(
  table: string,
  cases: readonly Case[],
  { inFlight, rounds, milliseconds }: Plan,
): Promise<readonly Figure[]> {
  const measured = cases.map((one): Measured => ({ one, rounds: [], singles: [], count: firstRuns }))
  for (let round = -warmUps; round < rounds; round++) {
    const first = (round + warmUps) % measured.length
    for (const each of [...measured.slice(first), ...measured.slice(0, first)]) {
      emptyYoungGeneration()
      const time = await measureRound(each.one, each.count, inFlight)
      if (round < 0) each.count = Math.max(inFlight, Math.ceil((milliseconds * 1000) / time.wall))
      else each.rounds.push(time)
      if (round < 0 || inFlight > 1) continue
      emptyYoungGeneration()
      each.singles.push(...(await measureSingles(each.one, Math.ceil(each.count / 4))))
    }
  }
  return measured.map((each) => figureOf(table, each, measured[0] as Measured))
}

/** Round by round against the baseline, so that both sides of a ratio saw the same machine. */
function figureOf(table: string, { one, rounds, singles }: Measured, baseline: Measured): Figure {
  const ratiosOf = (read: (round: Round) => number): number[] =>
    rounds.map((round, index) => read(baseline.rounds[index] as Round) / read(round))
  const ratios = ratiosOf(({ wall }) => wall)
  return {
    table,
    name: one.name,
    unit: 'µs',
    better: 'lower',
    median: median(rounds.map(({ wall }) => wall)),
    ...(singles.length > 0 && { p99: quantile(singles, 0.99) }),
    cpu: median(rounds.map(({ cpu }) => cpu)),
    ratio: median(ratios),
    ratioBetter: 'higher',
    spread: spreadOf(ratios),
    cpuRatio: median(ratiosOf(({ cpu }) => cpu)),
  }
}

/**
 * What the case before left in the young generation is collected before the clock runs, so that nobody else pays for
 * it. Never a full collection: V8 then discards compiled code and what inline caches have learnt, and the case after
 * it would pay for that.
 */
function emptyYoungGeneration(): void {
  if (globalThis.gc === undefined) throw new Error('the benchmark needs node --expose-gc')
  globalThis.gc({ type: 'minor', execution: 'sync' })
}
