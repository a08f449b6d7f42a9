import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')
const file = resolve(root, 'node_modules/.cache/aauth-guard/test-report.json')

/** What became of the tests of one file that carry the same ids. */
export interface ReportedTest {
  readonly file: string
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly ids: readonly string[]
}

/** The report of a run of the whole suite. */
export interface TestReport {
  readonly counts: Readonly<Record<'passed' | 'failed' | 'skipped', number>>
  /** The tests whose titles carry ids. */
  readonly tests: readonly ReportedTest[]
}

/** `SIG-10` or `R11-063` of docs/requirements.md, `E12` or `X3` of docs/attacks.md. */
const id = /(?:R11-\d{3}|[A-Z]{2,6}-\d{1,2}|X\d{1,2}|[A-Q]\d{2})/.source
const bracket = new RegExp(`\\[(${id}(?:[,; ]+${id})*)\\]`, 'g')

/** The ids that stand in the brackets of a title. */
export function idsOf(title: string): string[] {
  const lists = [...title.matchAll(bracket)].map(([, list = '']) => list.split(/[,; ]+/))
  return [...new Set(lists.flat())]
}

export function writeReport(report: TestReport): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(report))
}

/** @throws {Error} when the whole suite has not been run */
export function readReport(): TestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestReport
  } catch (cause) {
    throw new Error('there is no report of a test run: run "npx pnpm@12 test" first', { cause })
  }
}
