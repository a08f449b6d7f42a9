import type { Figure } from './figures.ts'

/** One figure of both sides, or of one. */
export interface Compared {
  /** The table and the name. */
  readonly name: string
  /** What was compared: the ratio, or the unit of the median. */
  readonly basis: string
  readonly old: number | undefined
  readonly now: number | undefined
  /** By which part the new figure is better; negative if it is worse. */
  readonly gain: number | undefined
  readonly verdict: 'same' | 'better' | 'worse' | 'missing' | 'new'
}

/**
 * Compares figures of the same table, name and unit: by their ratios, which depend least on the machine, or by their
 * medians where a side has no ratio.
 * @param threshold in per cent; smaller differences count as none, as do those within the spread of both sides together
 */
export function compare(
  before: readonly Figure[],
  after: readonly Figure[],
  threshold: number,
): readonly Compared[] {
  const news = new Map(after.map((figure) => [keyOf(figure), figure]))
  const olds = new Set(before.map(keyOf))
  return [
    ...before.map((old) => compareOne(old, news.get(keyOf(old)), threshold)),
    ...after
      .filter((figure) => !olds.has(keyOf(figure)))
      .map((figure) => compareOne(undefined, figure, threshold)),
  ]
}

function compareOne(old: Figure | undefined, now: Figure | undefined, threshold: number): Compared {
  const one = (old ?? now) as Figure
  const byRatio = [old, now].every((figure) => figure === undefined || figure.ratio !== undefined)
  const read = (figure: Figure | undefined): number | undefined => (byRatio ? figure?.ratio : figure?.median)
  const compared = {
    name: `${one.table}: ${one.name}`,
    basis: byRatio ? 'ratio' : one.unit,
    old: read(old),
    now: read(now),
    gain: undefined,
  }
  if (old === undefined || now === undefined)
    return { ...compared, verdict: old === undefined ? 'new' : 'missing' }
  const [from, to] = [compared.old as number, compared.now as number]
  const direction = (byRatio ? one.ratioBetter : undefined) ?? one.better
  const difference = direction === 'higher' ? to - from : from - to
  const noise = spreadOf(old, byRatio) + spreadOf(now, byRatio)
  const isSame = Math.abs(difference) <= noise || Math.abs(difference) <= (Math.abs(from) * threshold) / 100
  const gain = from === to ? 0 : difference / Math.abs(from)
  return { ...compared, gain, verdict: isSame ? 'same' : difference > 0 ? 'better' : 'worse' }
}

/** The spread is that of the ratio wherever a figure has one, and says nothing about its median then. */
function spreadOf({ ratio, spread = 0 }: Figure, byRatio: boolean): number {
  return byRatio === (ratio !== undefined) ? spread : 0
}

function keyOf({ table, name, unit }: Figure): string {
  return JSON.stringify([table, name, unit])
}
