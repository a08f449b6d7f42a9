/**
 * How properties run: `AAUTH_SEED` says with which seed, `AAUTH_RUNS` how often at least. Without a seed in the
 * environment each run of the suite draws one, which is the same in all of its workers. fast-check prints the seed of
 * a property that fails.
 */
import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/** Draws a seed for this process and those that it starts, unless there is one. */
export function drawSeed(): number {
  process.env.AAUTH_SEED ??= String(randomInt(2 ** 31))
  return Number(process.env.AAUTH_SEED)
}

/** How often something runs of which `usual` times are enough in every run of the suite. */
export function countOfRuns(usual: number): number {
  return Math.max(usual, Number(process.env.AAUTH_RUNS ?? 0))
}

/** Parameters of `fc.assert` for a property that runs `usual` times. */
export function runs(usual: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: drawSeed(), numRuns: countOfRuns(usual) }
}

if (process.env.AAUTH_RUNS !== undefined) {
  let done = 0
  const showProgress = (): void => {
    done += 1
    if (done % 1000 === 0) process.stderr.write(`${done} runs of properties\n`)
  }
  fc.configureGlobal({ beforeEach: showProgress })
}
