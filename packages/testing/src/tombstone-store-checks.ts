import type { Tombstone, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'
import {
  begin,
  count,
  demand,
  lookalikes,
  numbered,
  type Pair,
  type StoreCheck,
  type StoreCheckOptions,
} from './store-checks.ts'

/** How much the store of a check may hold. A store that knows no bounds takes none of them. */
export interface TombstoneBounds {
  /** Ends of missions of one person server. */
  readonly maxPerServer: number
}

/** What the checks need beside the store. */
export interface TombstoneCheckOptions extends StoreCheckOptions<TombstoneStore> {
  /** The same state as another process finds it after the one that wrote it has gone. Without it no restart is checked. */
  readonly reopen?: (store: TombstoneStore) => TombstoneStore | Promise<TombstoneStore>
  /** Whether the store keeps the bounds; default `true`. A store without bounds answers `'recorded'` for ever. */
  readonly bounded?: boolean
}

type Make = (bounds: TombstoneBounds) => TombstoneStore | Promise<TombstoneStore>

interface Subject {
  readonly store: TombstoneStore
  readonly peer: TombstoneStore
  readonly now: number
}

const bounds: TombstoneBounds = { maxPerServer: 4 }
const a = 'https://a.example'
const b = 'https://b.example'
const share = numbered(bounds.maxPerServer, 'mission-')

/** Adds one after the other, so that it is known which of them was refused. */
async function addEach(
  { store, now }: Pick<Subject, 'store' | 'now'>,
  approver: string,
  digests: readonly string[],
): Promise<TombstoneVerdict[]> {
  const verdicts: TombstoneVerdict[] = []
  for (const s256 of digests) verdicts.push(await store.add({ approver, s256, learnedAt: now }))
  return verdicts
}

/** The members in one order: `JSON.stringify` of two equal tombstones is the same. */
function told(found: Tombstone | 'full' | undefined): unknown {
  if (found === undefined || found === 'full') return found ?? null
  const { approver, s256, reason, learnedAt } = found
  return { approver, s256, reason, learnedAt }
}

type Prove = (subject: Subject) => Promise<void>

const proofs: Readonly<Record<string, Prove>> = {
  async 'finds what was recorded, and only that'({ store, peer, now }) {
    demand(told(await peer.find(a, 'one')), null, 'an empty store')
    demand(await store.add({ approver: a, s256: 'one', learnedAt: now }), 'recorded', 'add')
    demand(
      told(await peer.find(a, 'one')),
      { approver: a, s256: 'one', learnedAt: now },
      'a recorded tombstone',
    )
    demand(told(await peer.find(a, 'two')), null, 'another mission of the person server')
  },
  async 'tells why a mission ended'({ store, peer, now }) {
    const tombstone = { approver: a, s256: 'one', reason: 'revoked by "nobody", at 7%', learnedAt: now }
    await store.add(tombstone)
    demand(told(await peer.find(a, 'one')), tombstone, 'a recorded tombstone')
  },
  async 'keeps the missions of person servers apart'({ store, peer, now }) {
    await store.add({ approver: a, s256: 'one', learnedAt: now })
    demand(told(await peer.find(b, 'one')), null, 'the digest at another person server')
  },
  async 'keeps the first tombstone of a mission'({ store, peer, now }) {
    const first = { approver: a, s256: 'one', reason: 'completed', learnedAt: now }
    await store.add(first)
    const later = { approver: a, s256: 'one', reason: 'revoked', learnedAt: now + 5 }
    demand(await store.add(later), 'recorded', 'a repetition')
    demand(told(await peer.find(a, 'one')), first, 'the tombstone')
  },
  async 'keeps a first tombstone without a reason'({ store, peer, now }) {
    await store.add({ approver: a, s256: 'one', learnedAt: now })
    await store.add({ approver: a, s256: 'one', reason: 'revoked', learnedAt: now })
    demand(told(await peer.find(a, 'one')), { approver: a, s256: 'one', learnedAt: now }, 'the tombstone')
  },
  async 'does not change with what was handed to it'({ store, peer, now }) {
    const handed = { approver: a, s256: 'one', reason: 'completed', learnedAt: now }
    await store.add(handed)
    handed.reason = 'revoked'
    demand(told(await peer.find(a, 'one')), { ...handed, reason: 'completed' }, 'the tombstone')
  },
  async 'forgets nothing, however long ago it was'({ store, peer }) {
    await store.add({ approver: a, s256: 'one', learnedAt: 0 })
    demand(told(await peer.find(a, 'one')), { approver: a, s256: 'one', learnedAt: 0 }, 'an old tombstone')
  },
  async 'loses nothing of what is recorded at the same time'({ store, peer, now }) {
    const servers = numbered(16, 'https://s')
    await Promise.all(servers.map((approver) => store.add({ approver, s256: 'one', learnedAt: now })))
    for (const approver of servers)
      demand(
        told(await peer.find(approver, 'one')),
        { approver, s256: 'one', learnedAt: now },
        'each of them',
      )
  },
  async 'agrees on one tombstone of a mission that ends many times at once'({ store, peer, now }) {
    const reasons = numbered(12, 'reason-')
    const verdicts = await Promise.all(
      reasons.map((reason, index) =>
        (index % 2 ? peer : store).add({ approver: a, s256: 'one', reason, learnedAt: now }),
      ),
    )
    demand(count(verdicts, 'recorded'), reasons.length, 'ends of one mission')
    const found = told(await store.find(a, 'one'))
    demand(told(await peer.find(a, 'one')), found, 'the tombstone as another process sees it')
    await store.add({ approver: a, s256: 'one', reason: 'late', learnedAt: now })
    demand(told(await store.find(a, 'one')), found, 'the tombstone after one more end')
  },
}

/** What a store promises that has bounds. */
const boundedProofs: Readonly<Record<string, Prove>> = {
  async 'answers for every mission of a person server whose share is used up'(subject) {
    const { store, peer } = subject
    demand(count(await addEach(subject, a, share), 'recorded'), share.length, 'the share')
    demand(told(await peer.find(a, 'never-heard-of')), null, 'a mission before an end was refused')
    demand(await addEach(subject, a, ['over']), ['full'], 'an end over the share')
    demand(told(await peer.find(a, 'over')), 'full', 'the mission whose end was refused')
    demand(told(await store.find(a, 'never-heard-of')), 'full', 'any mission of the person server')
  },
  async 'forgets nothing of a person server whose share is used up'(subject) {
    await addEach(subject, a, [...share, 'over'])
    for (const s256 of share)
      demand(
        told(await subject.peer.find(a, s256)),
        { approver: a, s256, learnedAt: subject.now },
        'what was recorded',
      )
  },
  async 'leaves its share to a person server when another has used up its own'(subject) {
    await addEach(subject, a, [...share, 'over'])
    demand(told(await subject.peer.find(b, 'mission-0')), null, 'a mission of another person server')
    demand(count(await addEach(subject, b, share), 'recorded'), share.length, 'the share of another')
  },
  async 'takes a repetition when the share is used up'(subject) {
    await addEach(subject, a, share)
    demand(await addEach(subject, a, ['mission-0']), ['recorded'], 'a repetition')
    demand(told(await subject.peer.find(a, 'never-heard-of')), null, 'a mission, no end having been refused')
  },
  async 'counts a repetition once'(subject) {
    await addEach(subject, a, ['mission-0', 'mission-0', 'mission-0', 'mission-0', 'mission-0'])
    demand(count(await addEach(subject, a, share), 'recorded'), share.length, 'room beside one mission')
  },
  async 'holds the bound when much is recorded at the same time'({ store, peer, now }) {
    const many = numbered(12, 'mission-').map((s256, index) =>
      (index % 2 ? peer : store).add({ approver: a, s256, learnedAt: now }),
    )
    demand(count(await Promise.all(many), 'recorded'), share.length, 'missions of one person server')
  },
}

/**
 * The contract of a {@link TombstoneStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { TombstoneStore } from '@aauth-guard/core'
 * import { tombstoneStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(
 *   makeStore: () => TombstoneStore,
 *   reopen: (store: TombstoneStore) => TombstoneStore,
 * ): Promise<void> {
 *   for (const { run } of tombstoneStoreChecks(makeStore, { reopen, bounded: false })) await run()
 * }
 * ```
 */
export function tombstoneStoreChecks(
  makeStore: Make,
  { peer, reopen, bounded = true }: TombstoneCheckOptions = {},
): readonly StoreCheck[] {
  const subject = async (): Promise<Subject> => {
    const store = await makeStore(bounds)
    return { store, peer: peer ? await peer(store) : store, now: begin() }
  }
  const checks = Object.entries({ ...proofs, ...(bounded && boundedProofs) }).map(([name, prove]) => ({
    name,
    run: async () => prove(await subject()),
  }))
  const odd = lookalikes.map(([one, other]) => ({
    name: `tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`.slice(0, 120),
    run: async () => tellsApart(await subject(), one, other),
  }))
  return [...checks, ...odd, ...(reopen ? restarts(subject, reopen, bounded) : [])]
}

async function tellsApart({ store, peer, now }: Subject, one: Pair, other: Pair): Promise<void> {
  const tombstone = { approver: one[0], s256: one[1], learnedAt: now }
  await store.add(tombstone)
  demand(
    [told(await peer.find(...one)), told(await peer.find(...other))],
    [tombstone, null],
    'the recorded and its like',
  )
}

function restarts(
  makeSubject: () => Promise<Subject>,
  reopen: NonNullable<TombstoneCheckOptions['reopen']>,
  bounded: boolean,
): StoreCheck[] {
  const whole: StoreCheck = {
    name: 'finds after a restart what was recorded before',
    async run() {
      const { store, now } = await makeSubject()
      const tombstones = [
        { approver: a, s256: 'one', reason: 'revoked by "nobody", at 7%', learnedAt: now },
        { approver: a, s256: 'two', learnedAt: now },
        { approver: b, s256: 'one', learnedAt: now },
      ]
      for (const tombstone of tombstones) await store.add(tombstone)
      const after = await reopen(store)
      for (const { approver, s256, ...rest } of tombstones)
        demand(told(await after.find(approver, s256)), told({ approver, s256, ...rest }), 'what was recorded')
      demand(told(await after.find(b, 'two')), null, 'what was not')
    },
  }
  const first: StoreCheck = {
    name: 'keeps the first tombstone of a mission over a restart',
    async run() {
      const { store, now } = await makeSubject()
      const before = { approver: a, s256: 'one', reason: 'completed', learnedAt: now }
      await store.add(before)
      const after = await reopen(store)
      demand(await after.add({ ...before, reason: 'revoked' }), 'recorded', 'a repetition')
      demand(told(await after.find(a, 'one')), before, 'the tombstone')
      demand(told(await (await reopen(after)).find(a, 'one')), before, 'the tombstone after one more restart')
    },
  }
  const full: StoreCheck = {
    name: 'answers after a restart for a person server whose share was used up before',
    async run() {
      const subject = await makeSubject()
      await addEach(subject, a, [...share, 'over'])
      const after = await reopen(subject.store)
      demand(told(await after.find(a, 'over')), 'full', 'the mission whose end was refused')
      demand(told(await after.find(b, 'over')), null, 'a mission of another person server')
    },
  }
  return [whole, first, ...(bounded ? [full] : [])]
}
