/** The middle of some figures, which a busy machine disturbs least. */
export function median(figures: readonly number[]): number {
  return quantile(figures, 0.5)
}

/** The figure below which `part` of all figures are. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = [...figures].sort((one, other) => one - other)
  return sorted[Math.round((sorted.length - 1) * part)] as number
}

/** Half the distance between the quartiles. */
export function spreadOf(figures: readonly number[]): number {
  return (quantile(figures, 0.75) - quantile(figures, 0.25)) / 2
}
