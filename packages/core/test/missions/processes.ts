import type { ResourceOptions } from '@aauth-guard/core'
import type { MissionOptions } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { makeSharedStores, type SharedStores } from '../stores/shared-stores.ts'
import { makeWatchedWorld, type Saying, settled, type WatchedWorld } from './watched.ts'

/** Processes that share their stores. */
export interface Processes {
  readonly shared: SharedStores
  /** Each with a resource of its own. A token of the first is accepted by all. */
  readonly processes: readonly WatchedWorld[]
  /** Sets what the source answers to all of them. */
  says(saying: Saying): void
  /** How often each process queried the source. */
  asked(): number[]
  /** Advances the clocks of all processes and of the stores. */
  pass(seconds: number): void
}

/** Lets everything run that does not wait, until a condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !condition(); turn++) await settled()
  if (!condition()) throw new Error('the condition does not come true')
}

/**
 * @param push whether the stores tell of changes
 * @param options of each process, by its index
 */
export async function makeProcesses(
  count: number,
  {
    push = false,
    watching = {},
    options = () => ({}),
  }: {
    readonly push?: boolean
    readonly watching?: Omit<MissionOptions, 'source'>
    readonly options?: (index: number) => Partial<ResourceOptions>
  } = {},
): Promise<Processes> {
  let second = now
  const shared = makeSharedStores({ clock: () => second, push })
  const processes: WatchedWorld[] = []
  for (let index = 0; index < count; index++) {
    const [first] = processes
    const fetched = first && { fetch: first.net.fetch }
    processes.push(await makeWatchedWorld(watching, { stores: shared.stores, ...fetched, ...options(index) }))
  }
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
