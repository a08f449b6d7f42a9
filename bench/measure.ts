/** One thing that is measured: `run(i)` does it once. */
export interface Case {
  readonly name: string
  /** How many inputs it has, where an input can be used but once. */
  readonly usesUp?: number
  run(index: number): unknown
}

/** Microseconds for one run, while `inFlight` runs overlap. */
export async function timeCase(
  { run }: Case,
  from: number,
  count: number,
  inFlight: number,
): Promise<number> {
  let next = from
  const end = from + count
  const lane = async (): Promise<void> => {
    while (next < end) {
      const outcome = run(next++)
      if (outcome instanceof Promise) await outcome
    }
  }
  const start = process.hrtime.bigint()
  await Promise.all(Array.from({ length: inFlight }, lane))
  return Number(process.hrtime.bigint() - start) / 1000 / count
}

/** The middle of some figures, which a busy machine disturbs least. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
