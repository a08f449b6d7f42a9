/**
 * `npx pnpm@12 test:deep`: each property oracle at least 10 000 times, and tests of large numbers. Takes minutes, and
 * shows how far it is.
 */
import { defineConfig } from 'vitest/config'
import { CountReporter } from './scripts/count-reporter.ts'
import { deepFiles, oracles } from './scripts/oracles.ts'
import { common } from './scripts/test-settings.ts'

process.env.AAUTH_RUNS ??= '10000'

export default defineConfig({
  test: {
    ...common,
    include: [...new Set([...Object.values(oracles).flat(), ...deepFiles])],
    reporters: ['verbose', new CountReporter()],
    maxWorkers: '100%',
    testTimeout: 0,
    hookTimeout: 0,
  },
})
