import type { SharedStore } from '@aauth-guard/core'
import type { Changes } from '../changes.ts'
import type { KindLimits } from '../check-options.ts'
import type { Database } from '../database.ts'
import { nameOf, partsOf } from '../names.ts'
import type { QuestionBatch } from '../question-batch.ts'

/** What a store of any kind is made of. */
export interface KindContext {
  readonly database: Database
  /** For what every request asks. */
  readonly batch: QuestionBatch
  /** Absent without `listen`. */
  readonly changes: Changes | undefined
  readonly limits: KindLimits
  /** What every store can do. */
  readonly shared: Required<Pick<SharedStore, 'ready' | 'now'>>
}

/** Makes the store of one kind. */
export type Kind<Store extends SharedStore> = (context: KindContext) => Store

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
