import { readDecisions, readIds } from './catalogue.ts'
import type { TestReport } from './test-report.ts'

/** An id whose tests passed, one whose tests were skipped in this run, or one that was decided in writing. */
export interface IdState {
  readonly state: 'proved' | 'skipped here' | 'not offered' | 'not our job'
  /** The files of its tests. */
  readonly files: readonly string[]
  /** Why it is not offered, and what that leaves open, or whose job it is. */
  readonly reason?: string
}

/** The state of every id, and what contradicts itself. */
export function stateIds(report: TestReport): {
  readonly states: ReadonlyMap<string, IdState>
  readonly mistakes: readonly string[]
} {
  const known = [...readIds('requirements.txt'), ...readIds('attacks.txt')]
  const states = provedBy(report)
  const mistakes = [
    ...listed('tests cite ids that no page defines', [...states.keys()], (id) => !known.includes(id)),
  ]
  const decided = readDecisions()
  for (const { state, reason, ids } of decided) {
    mistakes.push(
      ...listed('docs/requirements-status.json has ids that are proved: remove them', ids, (id) =>
        states.has(id),
      ),
    )
    for (const id of ids) if (!states.has(id)) states.set(id, { state, reason, files: [] })
  }
  mistakes.push(
    ...listed(
      'ids that no test proves and nobody decided about: write a test, or add them to docs/requirements-status.json',
      known,
      (id) => !states.has(id),
    ),
    ...listed(
      'docs/requirements-status.json has unknown ids',
      decided.flatMap(({ ids }) => ids),
      (id) => !known.includes(id),
    ),
  )
  return { states: new Map(known.map((id) => [id, states.get(id) as IdState])), mistakes }
}

/** An id is proved when one of its tests passed. The files of skipped tests stand in the page as well. */
function provedBy({ tests }: TestReport): Map<string, IdState> {
  const states = new Map<string, IdState>()
  for (const { file, state, ids } of tests) {
    if (state !== 'passed' && state !== 'skipped') continue
    for (const id of ids) {
      const before = states.get(id)
      const isProved = state === 'passed' || before?.state === 'proved'
      states.set(id, {
        state: isProved ? 'proved' : 'skipped here',
        files: [...new Set([...(before?.files ?? []), file])].sort(),
      })
    }
  }
  return states
}

function listed(what: string, ids: readonly string[], isMistake: (id: string) => boolean): string[] {
  const found = ids.filter(isMistake)
  return found.length === 0 ? [] : [`${what}: ${found.join(' ')}`]
}
