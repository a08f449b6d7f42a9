import { drawSeed } from './property-runs.ts'
import { folder } from './temporary-folder.ts'

/** What all runs of tests share. */
export const common = {
  // Slowness alone fails no test, and one that waits for what never comes ends all the same.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  setupFiles: ['scripts/patient-timers.ts', 'scripts/restored-globals.ts'],
  globalSetup: ['scripts/temporary-folder.ts'],
  env: { TMPDIR: folder },
  restoreMocks: true,
  unstubGlobals: true,
  // Titles carry the ids that a test proves.
  taskTitleValueFormatTruncate: 0,
}

console.log(`AAUTH_SEED=${drawSeed()}`)
