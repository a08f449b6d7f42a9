import type { Reporter, TestModule } from 'vitest/node'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Ends a run with one line that any reader of logs can count: `N passed, N failed, N skipped`. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    process.stdout.write(`${lineOf(countsOf(modules))}\n`)
  }
}

export function countsOf(modules: readonly TestModule[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
  for (const module of modules) {
    let ran = 0
    for (const test of module.children.allTests()) {
      counts[test.result().state] += 1
      ran += 1
    }
    // A file that could not even be loaded has no tests to fail.
    if (ran === 0 && !module.ok()) counts.failed += 1
  }
  const { passed, failed, skipped } = counts
  return { passed, failed, skipped }
}

export function lineOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
