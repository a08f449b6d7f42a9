/**
 * Generates docs/requirements.md and docs/attacks.md from the files beside them and from the report of the last run of
 * the whole suite, which must not have skipped anything. With `--check` it writes nothing, takes "skipped here" for
 * "proved", prints which ids that concerns, fails when a page is stale, and ends with the counts of the run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIds } from './catalogue.ts'
import { lineOf } from './count-reporter.ts'
import { pagesOf } from './requirements-page.ts'
import { stateIds } from './requirements-state.ts'
import { readReport, root } from './test-report.ts'

const isCheck = process.argv.includes('--check')

try {
  const report = readReport()
  const { states, mistakes } = stateIds(report)
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
  const skipped = [...states].filter(([, { state }]) => state === 'skipped here').map(([id]) => id)
  if (isCheck) check(pagesOf(states), skipped)
  else write(pagesOf(states), skipped, report.counts.skipped)
  const proved = readIds('requirements.txt').filter((id) => states.get(id)?.state === 'proved')
  console.log(`requirements: ${proved.length} are proved by tests that passed`)
  if (isCheck) console.log(lineOf(report.counts))
} catch (error) {
  console.error(`requirements: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

type Pages = ReturnType<typeof pagesOf>

function check(pages: Pages, skipped: readonly string[]): void {
  if (skipped.length > 0) console.log(`requirements: skipped here: ${skipped.join(' ')}`)
  for (const { page, text } of pages)
    if (readFileSync(join(root, page), 'utf8') !== text)
      throw new Error(`${page} is stale: run "npx pnpm@12 requirements"`)
}

function write(pages: Pages, ids: readonly string[], skipped: number): void {
  if (skipped > 0)
    throw new Error(
      `the run skipped ${skipped} tests (${ids.join(' ') || 'of ids that other tests prove'}): the pages are made from a run that skipped nothing`,
    )
  for (const { page, text } of pages) writeFileSync(join(root, page), text)
}
