import type {
  RevocationEntry,
  RevocationListener,
  RevocationStore,
  TombstoneListener,
  TombstoneStore,
} from '@aauth-guard/core'

type Told = 'revocations' | 'purges' | 'terminations'

/** Faults of a store that tells listeners of changes. Without any of them the stores here fulfil their contracts. */
export interface PushFlaws {
  readonly silentOn?: Told
  /** Tells only listeners of other processes. */
  readonly othersOnly?: true
  /** Sends the message before it records the entry. */
  readonly tellsFirst?: true
  /** Sends what it was given, even if an earlier entry stands. */
  readonly tellsAgain?: true
  /** What it makes of a text in a message. */
  readonly writes?: (text: string) => string
  readonly omitsMission?: true
  readonly omitsReason?: true
  /** What it does with a subscription that ends. */
  readonly ending?: 'ignores' | 'ends-all'
}

/** Lets a message, or anything else that is under way, arrive. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until a condition holds, for some turns of the event loop. */
export async function heardSoon(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) {
    if (condition()) return
    await turns(1)
  }
  throw new Error('not heard')
}

interface Subscription<Listener> {
  readonly listener: Listener
  readonly process: object
  /** A subscription takes a while to begin. */
  begun: boolean
}

/** What the listeners of some processes share. Messages arrive later, in order, and each of them twice. */
class Broker<Listener> {
  readonly #subscriptions = new Set<Subscription<Listener>>()
  readonly #flaws: PushFlaws

  constructor(flaws: PushFlaws) {
    this.#flaws = flaws
  }

  subscribe(process: object, listener: Listener): () => void {
    const subscription = { listener, process, begun: false }
    this.#subscriptions.add(subscription)
    void turns(3).then(() => {
      subscription.begun = true
    })
    return () => {
      if (this.#flaws.ending === 'ends-all') this.#subscriptions.clear()
      if (this.#flaws.ending !== 'ignores') this.#subscriptions.delete(subscription)
    }
  }

  send(process: object, what: Told, tell: (listener: Listener) => void): void {
    const { silentOn, othersOnly } = this.#flaws
    if (what === silentOn) return
    const receivers = [...this.#subscriptions].filter(
      (one) => one.begun && !(othersOnly && one.process === process),
    )
    void turns(1).then(() => {
      for (const one of receivers)
        if (this.#subscriptions.has(one)) for (const _ of ['first', 'repeated']) tell(one.listener)
    })
  }
}

/** A store of one process, and the same state as another process sees it. */
interface Fleet<Store> {
  readonly store: Store
  readonly peer: Store
}

/** Two processes that share a store without messages, and hear of what the other did. */
export function revocationFleet(shared: RevocationStore, flaws: PushFlaws = {}): Fleet<RevocationStore> {
  const broker = new Broker<RevocationListener>(flaws)
  const { writes = (text) => text, omitsMission, tellsFirst } = flaws
  const makeProcess = (): RevocationStore => {
    const process = {}
    const tell = ({ iss, jti, mission }: RevocationEntry): void =>
      broker.send(process, 'revocations', (listener) =>
        listener.onRevoked({ iss, jti: writes(jti), ...(!omitsMission && { mission }) }),
      )
    return {
      ...shared,
      async add(entry) {
        if (tellsFirst) {
          tell(entry)
          await turns(4)
        }
        const verdict = await shared.add(entry)
        if (verdict === 'recorded' && !tellsFirst) tell(entry)
        return verdict
      },
      async purge(issuer) {
        const purgedAt = await shared.purge(issuer)
        broker.send(process, 'purges', (listener) => listener.onPurged({ iss: issuer.iss, purgedAt }))
        return purgedAt
      },
      subscribe: (listener) => broker.subscribe(process, listener),
    }
  }
  return { store: makeProcess(), peer: makeProcess() }
}

/** The same with tombstones. */
export function tombstoneFleet(shared: TombstoneStore, flaws: PushFlaws = {}): Fleet<TombstoneStore> {
  const broker = new Broker<TombstoneListener>(flaws)
  const { writes = (text) => text, omitsReason, tellsFirst, tellsAgain } = flaws
  const makeProcess = (): TombstoneStore => {
    const process = {}
    return {
      find: (mission) => shared.find(mission),
      async add({ listed, ...tombstone }) {
        const { approver, s256, reason } = tombstone
        const tell = (): void =>
          broker.send(process, 'terminations', (listener) =>
            listener.onTerminated({
              approver,
              s256: writes(s256),
              reason: omitsReason ? undefined : reason,
            }),
          )
        const before = await shared.find({ approver, s256, listed })
        const isNew = before === undefined || tellsAgain === true
        if (tellsFirst && isNew) {
          tell()
          await turns(4)
        }
        const verdict = await shared.add({ ...tombstone, listed })
        if (verdict === 'recorded' && isNew && !tellsFirst) tell()
        return verdict
      },
      subscribe: (listener) => broker.subscribe(process, listener),
    }
  }
  return { store: makeProcess(), peer: makeProcess() }
}
