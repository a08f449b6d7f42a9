import type { ResourceOptions } from '@aauth-guard/core'
import type { MissionOptions } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { makeSharedStores, type SharedStores } from '../stores/shared-stores.ts'
import { makeWatchedWorld, type Saying, type WatchedWorld } from './watched.ts'

/** Processes that share their stores. */
export interface Processes {
  readonly shared: SharedStores
  /** Each with a resource of its own. Their issuers have the same keys, so a token of one is accepted by all. */
  readonly processes: readonly WatchedWorld[]
  /** Sets what the source answers to all of them. */
  says(saying: Saying): void
  /** How often each process queried the source. */
  asked(): number[]
  /** Advances the clocks of all processes and of the stores. */
  pass(seconds: number): void
}

/** @param push whether the stores tell of changes */
export async function makeProcesses(
  count: number,
  {
    push = false,
    watching = {},
    options = {},
  }: {
    readonly push?: boolean
    readonly watching?: Omit<MissionOptions, 'source'>
    readonly options?: Partial<ResourceOptions>
  } = {},
): Promise<Processes> {
  let second = now
  const shared = makeSharedStores({ clock: () => second, push })
  const processes = await Promise.all(
    Array.from({ length: count }, () => makeWatchedWorld(watching, { stores: shared.stores, ...options })),
  )
  return {
    shared,
    processes,
    says(saying) {
      for (const process of processes) process.says(saying)
    },
    asked: () => processes.map(({ asked }) => asked.length),
    pass(seconds) {
      second += seconds
      for (const { net } of processes) net.clock.advance(seconds)
    },
  }
}
