import { outcomes, type Row } from './decision-log.ts'
import type { ConsoleDecision, Outcome } from './protocol.ts'
import { unnamed } from './series.ts'

export const facets = ['code', 'route', 'agent', 'mission'] as const
export type Facet = (typeof facets)[number]

/** Which decisions are shown. A facet that is not set lets all pass. */
export interface Filter extends Readonly<Partial<Record<Facet, string>>> {
  readonly outcomes: readonly Outcome[]
  readonly text: string
}

export const everything: Filter = { outcomes, text: '' }

export function isEverything(filter: Filter): boolean {
  return (
    filter.text === '' &&
    filter.outcomes.length === outcomes.length &&
    facets.every((facet) => filter[facet] === undefined)
  )
}

const facetOf: Readonly<Record<Facet, (decision: ConsoleDecision) => string | undefined>> = {
  code: ({ code }) => code,
  route: ({ requirement }) => requirement ?? unnamed,
  agent: ({ agent, claimed }) => agent ?? claimed?.agent,
  mission: ({ mission, claimed }) => mission?.s256 ?? claimed?.mission,
}

export function facetValue(facet: Facet, decision: ConsoleDecision): string | undefined {
  return facetOf[facet](decision)
}

/** Whether a row passes, apart from its outcome. */
export function passes(filter: Filter): (row: Row) => boolean {
  const wanted = filter.text.trim().toLowerCase()
  const set = facets.filter((facet) => filter[facet] !== undefined)
  return (row) =>
    set.every((facet) => facetValue(facet, row.decision) === filter[facet]) &&
    (wanted === '' || haystackOf(row).includes(wanted))
}

/** Values of a facet among the rows, the most frequent first. */
export function valuesOf(facet: Facet, rows: Iterable<Row>, max = 60): readonly string[] {
  const counts = new Map<string, number>()
  for (const { decision } of rows) {
    const value = facetValue(facet, decision)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, max)
    .map(([value]) => value)
}

const haystacks = new WeakMap<Row, string>()

function haystackOf(row: Row): string {
  const known = haystacks.get(row)
  if (known !== undefined) return known
  const { decision } = row
  const { claimed, mission } = decision
  const texts = [
    decision.outcome,
    decision.method,
    decision.path,
    decision.code,
    decision.requirement,
    decision.agent,
    decision.issuer,
    decision.class,
    decision.jti,
    decision.thumbprint,
    decision.request,
    mission?.approver,
    mission?.s256,
    claimed?.agent,
    claimed?.issuer,
    claimed?.mission,
    decision.hint,
    decision.status?.toString(),
  ]
  const haystack = texts.map((text) => text?.slice(0, 1024).toLowerCase() ?? '').join('\n')
  haystacks.set(row, haystack)
  return haystack
}
