import type { Tombstone, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'
import type { Heard } from './push.ts'
import { assertEqual, count, numbered, type Pair, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** A store of tombstones in use. */
export interface TombstoneSubject extends StoreSubject<TombstoneStore> {
  readonly listed: boolean
  readonly heard: Heard
  /** The same state after a restart. */
  readonly reopen: (store: TombstoneStore) => TombstoneStore | Promise<TombstoneStore>
}

/** Bounds of the stores that are checked. */
export const bounds: { maxPerServer: number } = { maxPerServer: 4 }
export const a = 'https://a.example'
export const b = 'https://b.example'
export const share: string[] = numbered(bounds.maxPerServer, 'mission-')

export const add = (
  { listed }: Pick<TombstoneSubject, 'listed'>,
  store: TombstoneStore,
  tombstone: Tombstone,
): TombstoneVerdict | Promise<TombstoneVerdict> => store.add({ ...tombstone, listed })

/** Adds one after the other, so that it is known which of them was refused. */
export async function addEach(
  subject: Pick<TombstoneSubject, 'store' | 'listed'>,
  approver: string,
  digests: readonly string[],
): Promise<TombstoneVerdict[]> {
  const verdicts: TombstoneVerdict[] = []
  for (const s256 of digests) verdicts.push(await add(subject, subject.store, { approver, s256 }))
  return verdicts
}

export async function look(
  { listed }: Pick<TombstoneSubject, 'listed'>,
  store: TombstoneStore,
  approver: string,
  s256: string,
): Promise<unknown> {
  return told(await store.find({ approver, s256, listed }))
}

/** The members in one order: `JSON.stringify` of two equal tombstones is the same. */
export function told(found: Tombstone | 'full' | undefined): unknown {
  if (found === undefined || found === 'full') return found ?? null
  const { approver, s256, reason } = found
  return { approver, s256, reason }
}

export type TombstoneProof = Proof<TombstoneSubject>

/** What every store can be asked at any time. */
export const timeless: Readonly<Record<string, TombstoneProof>> = {
  async 'finds what was recorded, and only that'(subject) {
    const { store, peer } = subject
    assertEqual(await look(subject, peer, a, 'one'), null, 'an empty store')
    assertEqual(await add(subject, store, { approver: a, s256: 'one' }), 'recorded', 'add')
    assertEqual(await look(subject, peer, a, 'one'), { approver: a, s256: 'one' }, 'a recorded tombstone')
    assertEqual(await look(subject, peer, a, 'two'), null, 'another mission of the person server')
  },
  async 'tells why a mission ended'(subject) {
    const { store, peer } = subject
    const tombstone = { approver: a, s256: 'one', reason: 'revoked by "nobody", at 7%' }
    await add(subject, store, tombstone)
    assertEqual(await look(subject, peer, a, 'one'), tombstone, 'a recorded tombstone')
  },
  async 'keeps the missions of person servers apart'(subject) {
    const { store, peer } = subject
    await add(subject, store, { approver: a, s256: 'one' })
    assertEqual(await look(subject, peer, b, 'one'), null, 'the digest at another person server')
  },
  async 'keeps the first tombstone of a mission'(subject) {
    const { store, peer } = subject
    const first = { approver: a, s256: 'one', reason: 'completed' }
    await add(subject, store, first)
    const later = { approver: a, s256: 'one', reason: 'revoked' }
    assertEqual(await add(subject, store, later), 'recorded', 'a repetition')
    assertEqual(await look(subject, peer, a, 'one'), first, 'the tombstone')
  },
  async 'keeps a first tombstone without a reason'(subject) {
    const { store, peer } = subject
    await add(subject, store, { approver: a, s256: 'one' })
    await add(subject, store, { approver: a, s256: 'one', reason: 'revoked' })
    assertEqual(await look(subject, peer, a, 'one'), { approver: a, s256: 'one' }, 'the tombstone')
  },
  async 'does not change with what was handed to it'(subject) {
    const { store, peer } = subject
    const handed = { approver: a, s256: 'one', reason: 'completed', listed: subject.listed }
    await store.add(handed)
    handed.reason = 'revoked'
    assertEqual(
      await look(subject, peer, a, 'one'),
      { approver: a, s256: 'one', reason: 'completed' },
      'the tombstone',
    )
  },
  async 'loses nothing of what is recorded at the same time'(subject) {
    const { store, peer } = subject
    const servers = numbered(16, 'https://s')
    await Promise.all(servers.map((approver) => add(subject, store, { approver, s256: 'one' })))
    for (const approver of servers)
      assertEqual(await look(subject, peer, approver, 'one'), { approver, s256: 'one' }, 'each of them')
  },
  async 'agrees on one tombstone of a mission that ends many times at once'(subject) {
    const { store, peer } = subject
    const reasons = numbered(12, 'reason-')
    const verdicts = await Promise.all(
      reasons.map((reason, index) =>
        add(subject, index % 2 ? peer : store, { approver: a, s256: 'one', reason }),
      ),
    )
    assertEqual(count(verdicts, 'recorded'), reasons.length, 'ends of one mission')
    const found = await look(subject, store, a, 'one')
    assertEqual(await look(subject, peer, a, 'one'), found, 'the tombstone as another process sees it')
    await add(subject, store, { approver: a, s256: 'one', reason: 'late' })
    assertEqual(await look(subject, store, a, 'one'), found, 'the tombstone after one more end')
  },
}

/** What needs a clock that goes on. */
export const timed: Readonly<Record<string, TombstoneProof>> = {
  async 'forgets nothing, however long ago it was'(subject) {
    const { store, peer, advance } = subject
    await add(subject, store, { approver: a, s256: 'one' })
    await advance(10 * 31_536_000)
    assertEqual(await look(subject, peer, a, 'one'), { approver: a, s256: 'one' }, 'an old tombstone')
  },
}

/** What a store promises that has bounds. */
export const boundedOnly: Readonly<Record<string, TombstoneProof>> = {
  async 'answers for every mission of a person server whose share is used up'(subject) {
    const { store, peer } = subject
    assertEqual(count(await addEach(subject, a, share), 'recorded'), share.length, 'the share')
    assertEqual(await look(subject, peer, a, 'never-heard-of'), null, 'a mission before an end was refused')
    assertEqual(await addEach(subject, a, ['over']), ['full'], 'an end over the share')
    assertEqual(await look(subject, peer, a, 'over'), 'full', 'the mission whose end was refused')
    assertEqual(await look(subject, store, a, 'never-heard-of'), 'full', 'any mission of the person server')
  },
  async 'forgets nothing of a person server whose share is used up'(subject) {
    await addEach(subject, a, [...share, 'over'])
    for (const s256 of share)
      assertEqual(await look(subject, subject.peer, a, s256), { approver: a, s256 }, 'what was recorded')
  },
  async 'leaves its share to a person server when another has used up its own'(subject) {
    await addEach(subject, a, [...share, 'over'])
    assertEqual(await look(subject, subject.peer, b, 'mission-0'), null, 'a mission of another person server')
    assertEqual(count(await addEach(subject, b, share), 'recorded'), share.length, 'the share of another')
  },
  async 'takes a repetition when the share is used up'(subject) {
    await addEach(subject, a, share)
    assertEqual(await addEach(subject, a, ['mission-0']), ['recorded'], 'a repetition')
    assertEqual(
      await look(subject, subject.peer, a, 'never-heard-of'),
      null,
      'a mission, no end having been refused',
    )
  },
  async 'counts a repetition once'(subject) {
    await addEach(subject, a, ['mission-0', 'mission-0', 'mission-0', 'mission-0', 'mission-0'])
    assertEqual(count(await addEach(subject, a, share), 'recorded'), share.length, 'room beside one mission')
  },
  async 'holds the bound when much is recorded at the same time'(subject) {
    const { store, peer } = subject
    const many = numbered(12, 'mission-').map((s256, index) =>
      add(subject, index % 2 ? peer : store, { approver: a, s256 }),
    )
    assertEqual(count(await Promise.all(many), 'recorded'), share.length, 'missions of one person server')
  },
}

/** Tells two missions apart that only a careless store takes for one. */
export async function tellsApart(subject: TombstoneSubject, one: Pair, other: Pair): Promise<void> {
  const { store, peer } = subject
  const tombstone = { approver: one[0], s256: one[1] }
  await add(subject, store, tombstone)
  assertEqual(
    [await look(subject, peer, ...one), await look(subject, peer, ...other)],
    [tombstone, null],
    'the recorded and its like',
  )
}
