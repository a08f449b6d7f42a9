import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with one line that any reader of logs can count: `N passed, N failed, N skipped`. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
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
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
  }
}
