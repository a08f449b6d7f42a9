import { relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { countsOf } from './count-reporter.ts'
import { idsOf, type ReportedTest, root, writeReport } from './test-report.ts'

/** Writes down which tests with ids passed, for `docs/requirements.md`; of runs of the whole suite only. */
export class ReportReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const vitest = this.#vitest
    if (vitest === undefined || vitest.config.testNamePattern !== undefined) return
    const files = await vitest.globTestSpecifications()
    if (modules.length < files.length) return
    const tests = modules.flatMap((module): ReportedTest[] => {
      const file = relative(root, module.moduleId)
      return [...module.children.allTests()]
        .map((test) => {
          const { fullName: title } = test
          return { file, title, state: test.result().state, ids: idsOf(title) }
        })
        .filter(({ ids }) => ids.length > 0)
    })
    writeReport({ counts: countsOf(modules), tests })
  }
}
