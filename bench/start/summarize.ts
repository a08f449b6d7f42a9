import type { Figure } from '../figures.ts'

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
    median: quantile(runs, 0.5),
    ...(ratios && { ratio: quantile(ratios, 0.5) }),
    spread: (quantile(ratios ?? runs, 0.75) - quantile(ratios ?? runs, 0.25)) / 2,
    better: 'lower',
  }
}

function quantile(figures: readonly number[], part: number): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.floor(part * (sorted.length - 1))] as number
}
