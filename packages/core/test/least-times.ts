/**
 * The least of several measurements of each run, in milliseconds: what the machine does beside makes them larger. They
 * alternate, so that it falls on all of them.
 *
 * @param isEnough ends the measurement before all attempts are made
 */
export async function leastTimes(
  runs: readonly (() => Promise<unknown>)[],
  attempts: number,
  isEnough: (least: readonly number[], attempt: number) => boolean = () => false,
): Promise<number[]> {
  const least = runs.map(() => Number.POSITIVE_INFINITY)
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (const [index, run] of runs.entries()) {
      const start = performance.now()
      await run()
      least[index] = Math.min(least[index] as number, performance.now() - start)
    }
    if (isEnough(least, attempt)) break
  }
  return least
}
