import { defineConfig } from 'vitest/config'
import { CountReporter } from './scripts/count-reporter.ts'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts'],
    reporters: [['default', { summary: false }], new CountReporter()],
    // Type tests are checked by tsc, with everything else.
    typecheck: { enabled: false },
    testTimeout: 20_000,
    // On the two cores of a small machine the default is one.
    maxWorkers: '100%',
  },
})
