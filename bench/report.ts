import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import type { Figure, Results } from './figures.ts'

const loadAtStart = loadavg()
const processors = cpus()

export const machine = `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores`
export const runtime = `Node ${process.version}`

/** What figures depend on, as the first line of a report. */
export function circumstances(): string {
  return `${runtime}, ${machine}, load ${loadAtStart.map((one) => one.toFixed(1)).join(' ')}\n`
}

/** The figures as Markdown, a table for each `table`. Columns that would be blank are left out. */
export function tablesOf(figures: readonly Figure[]): string {
  return [...new Set(figures.map(({ table }) => table))]
    .map((table) =>
      tableOf(
        table,
        figures.filter((figure) => figure.table === table),
      ),
    )
    .join('\n\n')
}

type Column = readonly [title: string, cell: (figure: Figure) => string]

function tableOf(table: string, figures: readonly Figure[]): string {
  const units = new Set(figures.map(({ unit }) => unit))
  const [only = ''] = units
  const columns: readonly Column[] = [
    [units.size === 1 ? only : 'median', ({ median }) => shown(median)],
    ['unit', ({ unit }) => (units.size === 1 ? '' : unit)],
    ['p99', ({ p99 }) => shown(p99)],
    ['µs of CPU', ({ cpu }) => shown(cpu)],
    ['ratio', ({ ratio, spread }) => (ratio === undefined ? '' : withSpread(ratio, spread))],
    ['±', ({ ratio, spread }) => (ratio === undefined ? shown(spread) : '')],
    ['ratio of CPU', ({ cpuRatio }) => cpuRatio?.toFixed(2) ?? ''],
  ]
  const filled = columns.filter(([, cell]) => figures.some((figure) => cell(figure) !== ''))
  return [
    row([table, ...filled.map(([title]) => title)]),
    `|---|${filled.map(() => '---:|').join('')}`,
    ...figures.map((figure) => row([figure.name, ...filled.map(([, cell]) => cell(figure))])),
  ].join('\n')
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function withSpread(ratio: number, spread: number | undefined): string {
  return spread === undefined ? ratio.toFixed(2) : `${ratio.toFixed(2)} ± ${spread.toFixed(2)}`
}

/** Four digits that count, or all of the integer. */
export function shown(value: number | undefined): string {
  if (value === undefined) return ''
  const size = Math.abs(value)
  return value.toFixed(size >= 1000 ? 0 : size >= 10 ? 1 : 2).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** Writes the figures as JSON, with what they depend on. */
export function writeResults(file: string, bench: string, figures: readonly Figure[]): void {
  const results: Results = {
    bench,
    at: new Date().toISOString(),
    commit: commit(),
    machine,
    runtime,
    load: loadAtStart,
    figures,
  }
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
}

function commit(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  // Results of the run before do not change what is measured.
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':!/bench/results') !== ''
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? '-dirty' : ''}`
}
