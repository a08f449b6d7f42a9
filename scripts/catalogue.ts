import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './test-report.ts'

export type CatalogueFile = 'requirements.txt' | 'attacks.txt' | 'properties.txt' | 'other-roles.txt'

/** One id, what it means, and where the protocol says so. */
export interface CatalogueRow {
  readonly id: string
  readonly source?: string
  readonly sentence: string
}

interface Decision {
  readonly state: 'not offered' | 'not our job'
  readonly reason: string
  readonly ids: readonly string[]
}

/** @param name of a file in `docs` whose lines are `id | sentence` or `id | source | sentence` */
export function readRows(name: CatalogueFile): CatalogueRow[] {
  const lines = readFileSync(join(root, 'docs', name), 'utf8').split('\n')
  return lines.filter((line) => /^[A-Z]/.test(line)).map((line) => rowOf(line, name))
}

export function readIds(name: CatalogueFile): string[] {
  return readRows(name).map(({ id }) => id)
}

/** The ids that are not implemented, with the reason. */
export function readDecisions(): readonly Decision[] {
  return JSON.parse(readFileSync(join(root, 'docs/requirements-status.json'), 'utf8')) as Decision[]
}

function rowOf(line: string, name: string): CatalogueRow {
  const cells = line.split(' | ')
  const [id = '', ...rest] = cells
  const sentence = rest.at(-1)
  if (sentence === undefined || rest.length > 2)
    throw new Error(`docs/${name} has "${line}": write "id | sentence" or "id | source | sentence"`)
  return rest.length === 2 ? { id, source: rest[0] ?? '', sentence } : { id, sentence }
}
