import { configDefaults, defineConfig } from 'vitest/config'
import { CountReporter } from './scripts/count-reporter.ts'
import { ReportReporter } from './scripts/report-reporter.ts'
import { StuckReporter } from './scripts/stuck-reporter.ts'
import { common } from './scripts/test-settings.ts'

/** Tests that mock modules, hold state of modules, or change what all code of a process shares. */
const isolated = [
  'packages/core/test/resource/create-resource.test.ts',
  'packages/core/test/keys/unchecked-egress.test.ts',
  'packages/core/test/keys/verification-count.test.ts',
  'packages/core/test/platform/*.test.ts',
  'packages/core/test/properties/polluted-prototypes.test.ts',
  'packages/opentelemetry/test/spans.test.ts',
]

export default defineConfig({
  test: {
    reporters: [
      ['default', { summary: false }],
      new ReportReporter(),
      new StuckReporter(),
      new CountReporter(),
    ],
    // Most resources of tests have no signing key. The test of this warning listens to the console itself.
    onConsoleLog: (text) => !text.includes('"signingKey" is missing'),
    // On the two cores of a small machine the default is one.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          name: 'shared',
          include: ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...isolated],
          // Starting a worker and loading the sources takes longer than most files.
          isolate: false,
        },
      },
      { test: { ...common, name: 'isolated', include: isolated } },
    ],
  },
})
