import type { SharedStore } from '@aauth-guard/core'
import type { Changes } from '../changes.ts'
import type { Database } from '../database.ts'
import type { KindLimits, PostgresLimits } from '../limits.ts'
import { nameOf, partsOf } from '../names.ts'
import type { QuestionBatch } from '../question-batch.ts'

/** What a store of any kind is made of. */
export interface KindContext {
  readonly database: Database
  /** For what every request asks. */
  readonly batch: QuestionBatch
  /** Absent without `listen`. */
  readonly changes: Changes | undefined
  readonly limits: Readonly<Record<keyof PostgresLimits, KindLimits>>
  /** What every store can do. */
  readonly shared: InPostgres<object>
}

/**
 * A store with what all stores in PostgreSQL have.
 *
 * @example
 * ```ts
 * import type { TombstoneStore } from '@aauth-guard/core'
 * import type { InPostgres } from '@aauth-guard/postgres'
 *
 * export const clockOf = (store: InPostgres<TombstoneStore>) => store.now()
 * ```
 */
export type InPostgres<Store extends object> = Store & Required<Pick<SharedStore, 'ready' | 'now'>>

/** Makes the store of one kind. */
export type Kind<Store extends object> = (context: KindContext) => InPostgres<Store>

/** The name of a mission. */
export function missionName({ approver, s256 }: Mission): string {
  return nameOf(approver, s256)
}

/** The mission of a name. */
export function missionOf(name: string): Mission {
  const [approver = '', s256 = ''] = partsOf(name)
  return { approver, s256 }
}

interface Mission {
  readonly approver: string
  readonly s256: string
}
