import type { Figure } from '../figures.ts'
import { median, spreadOf } from '../statistics.ts'

/**
 * Milliseconds of several runs as one figure.
 * @param baseline of the same rounds
 */
export function summarize(
  table: string,
  name: string,
  runs: readonly number[],
  baseline?: readonly number[],
): Figure {
  const ratios = baseline && runs.map((time, round) => time / (baseline[round] as number))
  return {
    table,
    name,
    unit: 'ms',
    median: median(runs),
    ...(ratios && { ratio: median(ratios) }),
    spread: spreadOf(ratios ?? runs),
    better: 'lower',
  }
}
