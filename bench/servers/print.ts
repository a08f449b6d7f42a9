import type { Figure } from '../figures.ts'
import type { Wanted } from './framework-figures.ts'

/** Tables of Markdown, one for each table that the figures name. */
export function printFigures(figures: readonly Figure[]): void {
  for (const table of new Set(figures.map((one) => one.table))) {
    const rows = figures.filter((one) => one.table === table)
    const has = (member: keyof Figure): boolean => rows.some((row) => row[member] !== undefined)
    print([
      [
        table,
        has('p99') ? `p50, ${rows[0]?.unit}` : (rows[0]?.unit ?? ''),
        ...(has('p99') ? ['p99'] : []),
        ...(has('cpu') ? ['CPU, µs'] : []),
        'against floor',
      ],
      ...rows.map(({ name, median, p99, cpu, ratio, spread }) => [
        name,
        digits(median),
        ...(p99 === undefined ? [] : [digits(p99)]),
        ...(cpu === undefined ? [] : [digits(cpu)]),
        plusMinus(ratio, spread),
      ]),
    ])
  }
}

export function printWanted(wanted: readonly Wanted[]): void {
  print([
    [wanted[0]?.figure.table ?? '', 'measured', 'wanted'],
    ...wanted.map(({ wanted, figure: { name, unit, median, spread, better } }) => [
      name,
      `${plusMinus(median, spread)}${unit === '×' ? '' : ` ${unit}`}`,
      `${better === 'lower' ? '≤' : '≥'} ${wanted}${isMet(median, wanted, better) ? '' : ', missed'}`,
    ]),
  ])
}

function isMet(median: number, wanted: number, better: Figure['better']): boolean {
  return better === 'lower' ? median <= wanted : median >= wanted
}

function print([head = [], ...rows]: readonly (readonly string[])[]): void {
  console.log(`| ${head.join(' | ')} |`)
  console.log(`|---${'|---:'.repeat(head.length - 1)}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  console.log()
}

function plusMinus(value: number | undefined, spread: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  return spread === undefined ? digits(value) : `${digits(value)} ± ${digits(spread)}`
}

function digits(value: number): string {
  if (Number.isNaN(value)) return '–'
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
