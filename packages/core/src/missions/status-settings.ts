import type { MissionSource } from './source.ts'

/** Times in seconds, the deadline in milliseconds. */
export interface StatusSettings {
  readonly source: MissionSource
  readonly activeTtl: number
  readonly maxStale: number
  readonly deadline: number
  readonly maxMissions: number
}
