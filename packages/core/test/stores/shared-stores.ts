import type { RevocationListener, Stores, TombstoneListener } from '@aauth-guard/core'
import { now } from '@aauth-guard/fixtures/world'
import { LinkMemory } from '../../src/stores/link-store.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { StatusMemory } from '../../src/stores/status-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'
import { type Gate, gate } from '../missions/watched.ts'

export type StoreName = keyof Stores

interface Memories {
  readonly revocations: RevocationMemory
  readonly tombstones: TombstoneMemory
  readonly statuses: StatusMemory
}

/** Memories behind promises, as the processes of a fleet share them. */
export interface SharedStores {
  readonly stores: Required<Stores>
  /** What the stores hold, which answers at once. */
  readonly memories: Memories
  /** `sent revocations.find` and `answered revocations.find`, in order. */
  readonly events: string[]
  /** The calls that were sent, such as `revocations.find`. */
  sent(): string[]
  /** Answers of a method wait until the returned gate opens: `revocations.find`, or `revocations` for all of them. */
  hold(name: string): Gate<void>
  /** Every call rejects with `fault`; `undefined` lets the stores answer again. */
  fail(names: readonly StoreName[], fault: Error | undefined): void
  /** The listeners of the processes that subscribed. */
  readonly listeners: {
    readonly revocations: Set<RevocationListener>
    readonly tombstones: Set<TombstoneListener>
  }
}

/** What stores report that have lost their entries. */
export const dataLost = (): Error =>
  Object.assign(new Error('the server was restarted empty'), { name: 'StoreDataLostError' })

/**
 * @param clock the clock of the stores, in seconds
 * @param push whether the stores tell of changes
 */
export function makeSharedStores({ clock = (): number => now, push = false } = {}): SharedStores {
  const events: string[] = []
  const held = new Map<string, Gate<void>>()
  const faults = new Map<string, Error>()
  const listeners = { revocations: new Set<RevocationListener>(), tombstones: new Set<TombstoneListener>() }
  const call =
    <Given extends readonly unknown[], Answer>(
      kind: StoreName,
      method: string,
      answer: (...given: Given) => Answer | Promise<Answer>,
    ) =>
    async (...given: Given): Promise<Answer> => {
      const name = `${kind}.${method}`
      events.push(`sent ${name}`)
      await (held.get(name) ?? held.get(kind))?.promise
      const fault = faults.get(kind)
      if (fault) throw fault
      events.push(`answered ${name}`)
      return answer(...given)
    }
  const timed = (kind: StoreName) => ({ now: call(kind, 'now', clock) })
  const subscribe =
    <Listener>(listening: Set<Listener>) =>
    (listener: Listener) => {
      listening.add(listener)
      return () => void listening.delete(listener)
    }
  const revocations = new RevocationMemory(1000, 1000, clock)
  const tombstones = new TombstoneMemory(1000, 1000)
  const replays = new ReplayMemory({ max: 1000, maxPerIssuer: 1000, maxPerKey: 1000 }, clock)
  const links = new LinkMemory(clock)
  const statuses = new StatusMemory(clock, 1000)
  const records = new RecordMemory(clock)
  const stores: Required<Stores> = {
    revocations: {
      ...timed('revocations'),
      find: call('revocations', 'find', (token) => revocations.find(token)),
      add: call('revocations', 'add', (entry) => {
        const verdict = revocations.add(entry)
        for (const { onRevoked } of push ? listeners.revocations : []) onRevoked(entry)
        return verdict
      }),
      purge: call('revocations', 'purge', (issuer) => {
        const purgedAt = revocations.purge(issuer)
        for (const { onPurged } of push ? listeners.revocations : []) onPurged({ iss: issuer.iss, purgedAt })
        return purgedAt
      }),
      ...(push && { subscribe: subscribe(listeners.revocations) }),
    },
    tombstones: {
      ...timed('tombstones'),
      find: call('tombstones', 'find', (mission) => tombstones.find(mission)),
      add: call('tombstones', 'add', (entry) => {
        const verdict = tombstones.add(entry)
        for (const { onTerminated } of push ? listeners.tombstones : []) onTerminated(entry)
        return verdict
      }),
      clearFull: call('tombstones', 'clearFull', (server) => tombstones.clearFull(server)),
      ...(push && { subscribe: subscribe(listeners.tombstones) }),
    },
    replays: { ...timed('replays'), mark: call('replays', 'mark', (mark) => replays.mark(mark)) },
    links: {
      ...timed('links'),
      add: call('links', 'add', (entry) => links.add(entry)),
      find: call('links', 'find', (key) => links.find(key)),
    },
    statuses: {
      ...timed('statuses'),
      get: call('statuses', 'get', (mission) => statuses.get(mission)),
      claim: call('statuses', 'claim', (mission, milliseconds) => statuses.claim(mission, milliseconds)),
      put: call('statuses', 'put', (mission, claim, answer) => statuses.put(mission, claim, answer)),
      forget: call('statuses', 'forget', (mission) => statuses.forget(mission)),
    },
    records: {
      ...timed('records'),
      durable: true,
      create: call('records', 'create', (entry) => records.create(entry)),
      find: call('records', 'find', (key) => records.find(key)),
      replace: call('records', 'replace', (change) => records.replace(change)),
      end: call('records', 'end', (end) => records.end(end)),
      list: call('records', 'list', (list) => records.list(list)),
    },
  }
  return {
    stores,
    memories: { revocations, tombstones, statuses },
    events,
    sent: () => events.filter((event) => event.startsWith('sent ')).map((event) => event.slice(5)),
    hold(name) {
      const opened = gate<void>()
      held.set(name, opened)
      // Calls from then on do not wait.
      opened.promise.then(
        () => held.delete(name),
        () => undefined,
      )
      return opened
    },
    fail(names, fault) {
      for (const name of names) {
        if (fault) faults.set(name, fault)
        else faults.delete(name)
      }
    },
    listeners,
  }
}
