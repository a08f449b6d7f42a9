import type { Figure } from '../figures.ts'
import { median } from '../statistics.ts'
import { type Variant, variants } from './apps.ts'
import type { FrameworkRounds, Measured, Round } from './measure-framework.ts'

/** What is wanted of a figure, at most or at least as its `better` says. */
export interface Wanted {
  readonly figure: Figure
  readonly wanted: number
}

type Read = (round: Round) => number

const rate: Read = ({ closed: { result } }) => result.answers / result.seconds
const cpu: Read = ({ closed }) => closed.cpu / closed.result.answers
const lateness: Read = ({ fixed }) => fixed.delay?.p99 ?? Number.NaN

/** What each variant of a framework did, against its floor. */
export function figuresOf({ framework, rounds }: FrameworkRounds): readonly Figure[] {
  const table = (
    title: string,
    of: (variant: Variant, table: string) => Figure | undefined,
  ): readonly Figure[] => variants.flatMap((variant) => of(variant, `${framework}, ${title}`) ?? [])
  const roundsOf = (variant: Variant): readonly Round[] => rounds.get(variant) as readonly Round[]
  const floor = roundsOf('floor')

  const figure = (
    named: Pick<Figure, 'table' | 'name' | 'unit' | 'better'>,
    own: readonly Round[],
    read: Read,
    readP99?: Read,
  ): Figure => ({
    ...named,
    median: median(own.map(read)),
    ...(readP99 && { p99: median(own.map(readP99)) }),
    ...against(own.map(read), floor.map(read)),
  })
  const answers = (title: string, of: (round: Round) => Measured): readonly Figure[] =>
    table(title, (name, table) =>
      figure(
        { table, name, unit: 'ms', better: 'lower' },
        roundsOf(name),
        (round) => of(round).result.p50,
        (round) => of(round).result.p99,
      ),
    )

  return [
    ...table('16 connections', (name, table) => ({
      ...figure({ table, name, unit: 'requests/s', better: 'higher' }, roundsOf(name), rate),
      cpu: median(roundsOf(name).map(cpu)),
    })),
    ...answers('16 connections: time of answers', ({ closed }) => closed),
    ...answers('80 % of its own rate: time of answers', ({ fixed }) => fixed),
    ...table('80 % of its own rate: event loop late by', (name, table) =>
      figure(
        { table, name, unit: 'ms', better: 'lower' },
        roundsOf(name),
        ({ fixed }) => fixed.delay?.p50 ?? Number.NaN,
        lateness,
      ),
    ),
    ...table('collecting garbage', (name, table) =>
      roundsOf(name)[0]?.closed.gc === undefined
        ? undefined
        : figure(
            { table, name, unit: 'µs', better: 'lower' },
            roundsOf(name),
            ({ closed: { gc, result } }) =>
              gc === undefined ? Number.NaN : (gc.time * 1000) / result.answers,
          ),
    ),
    ...table('resident memory', (name, table) =>
      figure({ table, name, unit: 'MB', better: 'lower' }, roundsOf(name), ({ fixed }) => fixed.rss[1] / 1e6),
    ),
  ]
}

/** What the guard costs against what it could cost at least, and against its peer. */
export function wantedOf(
  { framework, rounds }: FrameworkRounds,
  adapterCosts: readonly number[],
): readonly Wanted[] {
  const of = (variant: Variant, read: Read): readonly number[] =>
    (rounds.get(variant) as readonly Round[]).map(read)
  const bare = of('bare', cpu)
  const aboveBare = (variant: Variant): readonly number[] =>
    of(variant, cpu).map((one, round) => one - (bare[round] as number))
  const table = `${framework}, derived`
  const ratio = (
    name: string,
    better: Figure['better'],
    wanted: number,
    [guard, other]: readonly [readonly number[], readonly number[]],
  ): Wanted => {
    const { ratio, spread } = against(guard, other)
    return { wanted, figure: { table, name, unit: '×', median: ratio, ratio, spread, better } }
  }
  const both = (read: Read): readonly [readonly number[], readonly number[]] => [
    of('guard', read),
    of('floor', read),
  ]
  return [
    ratio('processor time above bare, guard / floor', 'lower', 1.25, [
      aboveBare('guard'),
      aboveBare('floor'),
    ]),
    ratio(
      'p99 with 16 connections, guard / floor',
      'lower',
      1.3,
      both(({ closed }) => closed.result.p99),
    ),
    ratio(
      'p99 at 80 %, guard / floor',
      'lower',
      1.3,
      both(({ fixed }) => fixed.result.p99),
    ),
    ratio('requests/s, guard / peer', 'higher', 4, [of('guard', rate), of('peer', rate)]),
    ratio('p99 of how late the event loop is at 80 %, guard / floor', 'lower', 2, both(lateness)),
    {
      wanted: 15,
      figure: {
        table,
        name: 'the adapter beyond authorize',
        unit: 'µs',
        median: median(adapterCosts),
        spread: spreadOf(adapterCosts),
        better: 'lower',
      },
    },
  ]
}

/** Round by round, so that both sides of a ratio saw the same machine. */
function against(
  ours: readonly number[],
  baseline: readonly number[],
): { readonly ratio: number; readonly spread: number } {
  const ratios = ours.map((one, round) => one / (baseline[round] as number))
  return { ratio: median(ratios), spread: spreadOf(ratios) }
}

/** Half the distance between the quartiles. */
function spreadOf(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other)
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] as number
  return (at(0.75) - at(0.25)) / 2
}
