import type { Figure } from '../figures.ts'
import { row, shown } from '../report.ts'
import type { Derived } from './framework-figures.ts'

/** A table of Markdown with what is wanted beside what was measured. */
export function derivedTable(derived: readonly Derived[]): string {
  return [
    row([derived[0]?.figure.table ?? '', 'measured', 'wanted']),
    '|---|---:|---:|',
    ...derived.map(({ wanted, figure }) => row([figure.name, measured(figure), judged(figure, wanted)])),
  ].join('\n')
}

function measured({ median, spread, unit }: Figure): string {
  return `${shown(median)} ± ${shown(spread)}${unit === '×' ? '' : ` ${unit}`}`
}

function judged({ median, better }: Figure, wanted: number | undefined): string {
  if (wanted === undefined) return ''
  const isMet = better === 'lower' ? median <= wanted : median >= wanted
  return `${better === 'lower' ? '≤' : '≥'} ${wanted}${isMet ? '' : ', missed'}`
}
