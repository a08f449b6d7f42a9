import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { root } from './test-report.ts'

/** Seconds without a finished test after which the files whose tests run are named. */
const quietFor = 30
/** Likewise, after which the run ends. Longer than any test may take: only code that never yields takes so long. */
const stuckFor = 300

/**
 * Names the files that hold up a run, and ends a run in which nothing finishes any more. A loop that never yields keeps
 * the deadlines of its own process from passing.
 */
export class StuckReporter implements Reporter {
  readonly #running = new Map<string, string>()
  #quiet = 0
  #timer: NodeJS.Timeout | undefined

  onTestRunStart(): void {
    clearInterval(this.#timer)
    this.#quiet = 0
    this.#timer = setInterval(() => this.#look(), 1000).unref()
  }

  onTestModuleQueued({ id, moduleId }: TestModule): void {
    this.#running.set(id, relative(root, moduleId))
  }

  onTestModuleEnd({ id }: TestModule): void {
    this.#running.delete(id)
  }

  onTestCaseResult(): void {
    this.#quiet = 0
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    this.#quiet += 1
    if (this.#quiet % quietFor !== 0) return
    const names = [...this.#running.values()].join('\n  ') || 'none'
    process.stderr.write(`no test has finished for ${this.#quiet} seconds; these files run:\n  ${names}\n`)
    if (this.#quiet < stuckFor) return
    process.stderr.write('the run is stuck and ends here\n')
    process.exit(1)
  }
}
