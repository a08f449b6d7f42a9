import type { Figure } from '../figures.ts'
import { median, spreadOf } from '../statistics.ts'
import { type Variant, variants } from './apps.ts'
import type { FrameworkRounds, Measured, Round } from './measure-framework.ts'

/** A figure, and what is wanted of it: at most or at least, as its `better` says. */
export interface Derived {
  readonly figure: Figure
  readonly wanted: number | undefined
}

/** What the adapter was measured to cost by itself, one number for each round. */
export interface AdapterRounds {
  /** Microseconds beyond `authorize`. */
  readonly costs: readonly number[]
  /** Octets that a minor collection does not free, where the runtime tells them. */
  readonly kept: readonly number[]
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
    ...whereFinite(against(own.map(read), floor.map(read))),
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
export function derivedOf(
  { framework, rounds }: FrameworkRounds,
  adapter: AdapterRounds,
): readonly Derived[] {
  const of = (variant: Variant, read: Read): readonly number[] =>
    (rounds.get(variant) as readonly Round[]).map(read)
  const bare = of('bare', cpu)
  const aboveBare = (variant: Variant): readonly number[] =>
    of(variant, cpu).map((one, round) => one - (bare[round] as number))
  const table = `${framework}, derived`
  const ratio = (
    name: string,
    better: Figure['better'],
    wanted: number | undefined,
    [ours, other]: readonly [readonly number[], readonly number[]],
  ): Derived => {
    const { ratio, spread } = against(ours, other)
    return { wanted, figure: { table, name, unit: '×', median: ratio, ratio, spread, better } }
  }
  const both = (read: Read): readonly [readonly number[], readonly number[]] => [
    of('guard', read),
    of('floor', read),
  ]
  const own = (name: string, unit: string, wanted: number, costs: readonly number[]): readonly Derived[] =>
    costs.length === 0
      ? []
      : [
          {
            wanted,
            figure: { table, name, unit, median: median(costs), spread: spreadOf(costs), better: 'lower' },
          },
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
    ratio('processor time, peer / guard', 'higher', undefined, [of('peer', cpu), of('guard', cpu)]),
    ratio('processor time, peer / floor: the most that a guard could gain', 'higher', undefined, [
      of('peer', cpu),
      of('floor', cpu),
    ]),
    ratio('p99 of how late the event loop is at 80 %, guard / floor', 'lower', 2, both(lateness)),
    ...own('the adapter beyond authorize', 'µs', 15, adapter.costs),
    ...own('kept of a request by a minor collection', 'octets', 512, adapter.kept),
  ]
}

/** The least part of its core that a server under full load had in any round. Far from 1, others used the core. */
export function leastShare({ rounds }: FrameworkRounds): number {
  const all = [...rounds.values()].flat()
  return Math.min(...all.map(({ closed }) => closed.cpu / 1e6 / closed.result.seconds))
}

/** Round by round, so that both sides of a ratio saw the same machine. */
function against(
  ours: readonly number[],
  baseline: readonly number[],
): { readonly ratio: number; readonly spread: number } {
  const ratios = ours.map((one, round) => one / (baseline[round] as number))
  return { ratio: median(ratios), spread: spreadOf(ratios) }
}

/** Nothing is a multiple of zero, such as of an event loop that was not late. */
function whereFinite<Ratio extends { readonly ratio: number }>(ratio: Ratio): Ratio | undefined {
  return Number.isFinite(ratio.ratio) ? ratio : undefined
}
