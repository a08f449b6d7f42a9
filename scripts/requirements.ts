/**
 * Generates docs/requirements.md from the report of the last run of the whole suite, which must not have skipped
 * anything. With `--check` it writes nothing, takes "skipped here" for "proved", prints which ids that concerns, fails
 * when the page is stale, and ends with the counts of the run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineOf } from './count-reporter.ts'
import { pageOf } from './requirements-page.ts'
import { readIds, stateIds } from './requirements-state.ts'
import { readReport, root } from './test-report.ts'

const page = join(root, 'docs/requirements.md')
const isCheck = process.argv.includes('--check')

try {
  const report = readReport()
  const { states, mistakes } = stateIds(report)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
  const skipped = [...states].filter(([, { state }]) => state === 'skipped here').map(([id]) => id)
  if (isCheck) check(pageOf(states), skipped)
  else write(pageOf(states), skipped, report.counts.skipped)
  const proved = readIds('requirements.txt').filter((id) => states.get(id)?.state === 'proved')
  console.log(`requirements: ${proved.length} are proved by tests that passed`)
  if (isCheck) console.log(lineOf(report.counts))
} catch (error) {
  console.error(`requirements: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function check(text: string, skipped: readonly string[]): void {
  if (skipped.length > 0) console.log(`requirements: skipped here: ${skipped.join(' ')}`)
  if (readFileSync(page, 'utf8') !== text)
    throw new Error('docs/requirements.md is stale: run "npx pnpm@12 requirements"')
}

function write(text: string, ids: readonly string[], skipped: number): void {
  if (skipped > 0)
    throw new Error(
      `the run skipped ${skipped} tests (${ids.join(' ') || 'of ids that other tests prove'}): the page is made from a run that skipped nothing`,
    )
  writeFileSync(page, text)
}
