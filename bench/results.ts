import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import type { Figure, Results } from './figures.ts'

/** The figures of a run, with the machine and the commit that they depend on. */
export function resultsOf(bench: string, figures: readonly Figure[]): Results {
  const processors = cpus()
  return {
    bench,
    at: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${processors[0]?.model ?? 'unknown processor'}, ${processors.length} cores`,
    runtime: `Node ${process.version}`,
    figures,
  }
}
