import type { IssuerRole, SavedIssuer } from '@aauth-guard/testing'
import type { Connection } from './connections.ts'

/** A development world as JSON. */
export interface SavedWorld {
  /** Keys that follow from this seed are for development: `resourceFromEnv` refuses what is marked so. */
  readonly aauth_dev: true
  readonly seed: string
  readonly persons: readonly string[]
  readonly apps: readonly string[]
  readonly connections: readonly Connection[]
  readonly issuers: Readonly<Partial<Record<IssuerRole, SavedIssuer>>>
}

/** A world in which nothing has happened yet. */
export function newWorld(persons: readonly string[]): SavedWorld {
  const seed = crypto.randomUUID()
  return { aauth_dev: true, seed, persons, apps: [], connections: [], issuers: {} }
}
