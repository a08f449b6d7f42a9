import type { RevocationStore, RevocationVerdict } from '@aauth-guard/core'
import {
  begin,
  count,
  demand,
  lookalikes,
  numbered,
  type StoreCheck,
  type StoreCheckOptions,
} from './store-checks.ts'

/** How much the store of a check may hold. */
export interface RevocationBounds {
  /** Entries of all issuers. */
  readonly max: number
  /** Entries of one issuer. */
  readonly maxPerIssuer: number
}

type Make = (bounds: RevocationBounds) => RevocationStore | Promise<RevocationStore>

interface Subject {
  readonly store: RevocationStore
  readonly peer: RevocationStore
  readonly now: number
}

const bounds: RevocationBounds = { max: 40, maxPerIssuer: 4 }
const a = 'https://a.example'
const b = 'https://b.example'

/** Adds one after the other, so that it is known which of them was refused. */
async function addEach(
  { store, now }: Pick<Subject, 'store' | 'now'>,
  entries: readonly (readonly [iss: string, jti: string])[],
  exp = now + 1000,
): Promise<RevocationVerdict[]> {
  const verdicts: RevocationVerdict[] = []
  for (const [iss, jti] of entries) verdicts.push(await store.add({ iss, jti, exp }, now))
  return verdicts
}

const of = (iss: string, jtis: readonly string[]): [string, string][] => jtis.map((jti) => [iss, jti])
const share = numbered(bounds.maxPerIssuer, 'token-')

const proofs: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'finds what was recorded, and only that'({ store, peer, now }) {
    demand(await peer.has(a, 'one'), false, 'an empty store')
    demand(await store.add({ iss: a, jti: 'one', exp: now + 100 }, now), 'recorded', 'add')
    demand(await peer.has(a, 'one'), true, 'a recorded token')
    demand(await peer.has(a, 'two'), false, 'another token of the issuer')
  },
  async 'keeps the tokens of issuers apart'({ store, peer, now }) {
    await store.add({ iss: a, jti: 'one', exp: now + 100 }, now)
    demand(await peer.has(b, 'one'), false, 'the jti of another issuer')
  },
  async 'takes a repetition, and counts it once'(subject) {
    const verdicts = await addEach(subject, of(a, ['one', 'one', 'one', 'one', 'one', 'one']))
    demand(count(verdicts, 'recorded'), 6, 'repetitions that are recorded')
    const others = await addEach(subject, of(a, share.slice(1)))
    demand(count(others, 'recorded'), share.length - 1, 'room beside one entry')
  },
  async 'keeps an entry until a minute after exp'(subject) {
    const { store, peer, now } = subject
    await addEach(subject, of(a, share), now + 10)
    demand(await store.add({ iss: a, jti: 'next', exp: now + 1000 }, now + 70), 'full', 'room before then')
    demand(await peer.has(a, 'token-0'), true, 'an entry in its last second')
  },
  async 'makes room when entries have ended'(subject) {
    const { store, peer, now } = subject
    await addEach(subject, of(a, share), now + 10)
    demand(await store.add({ iss: a, jti: 'next', exp: now + 1000 }, now + 71), 'recorded', 'room after then')
    demand(await peer.has(a, 'next'), true, 'the entry that took the room')
  },
  async 'makes room for everybody when entries have ended'(subject) {
    const { store, now } = subject
    const entries = numbered(bounds.max, 'https://i').map((iss): [string, string] => [iss, 'one'])
    await addEach(subject, entries, now + 10)
    for (const iss of numbered(bounds.max, 'https://j'))
      demand(await store.add({ iss, jti: 'one', exp: now + 1000 }, now + 71), 'recorded', 'room after then')
  },
  async 'does not let a repetition shorten an entry'(subject) {
    const { store, peer, now } = subject
    await addEach(subject, of(a, share), now + 1000)
    await addEach(subject, of(a, share), now + 10)
    await store.add({ iss: a, jti: 'next', exp: now + 1000 }, now + 500)
    demand(await peer.has(a, 'token-0'), true, 'an entry with the later exp')
  },
  async 'lets a repetition lengthen an entry'(subject) {
    const { store, peer, now } = subject
    await addEach(subject, of(a, share), now + 10)
    await addEach(subject, of(a, share), now + 1000)
    await store.add({ iss: a, jti: 'next', exp: now + 1000 }, now + 500)
    demand(await peer.has(a, 'token-0'), true, 'an entry with the later exp')
  },
  async 'refuses what is over the share of an issuer, and forgets nothing'(subject) {
    const { store, peer, now } = subject
    demand(count(await addEach(subject, of(a, share)), 'recorded'), share.length, 'the share')
    demand(await store.add({ iss: a, jti: 'over', exp: now + 1000 }, now), 'full', 'an entry over the share')
    demand(await peer.has(a, 'over'), false, 'what was refused')
    for (const jti of share) demand(await peer.has(a, jti), true, 'what was there')
  },
  async 'leaves the share of an issuer to it when another has used up its own'(subject) {
    await addEach(subject, of(a, [...share, 'over']))
    demand(count(await addEach(subject, of(b, share)), 'recorded'), share.length, 'the share of another')
  },
  async 'takes a repetition when the share is used up'(subject) {
    await addEach(subject, of(a, share))
    demand(await addEach(subject, of(a, ['token-0'])), ['recorded'], 'a repetition')
  },
  async 'is bounded over all issuers, and forgets nothing'(subject) {
    const entries = numbered(bounds.max + 1, 'https://i').map((iss): [string, string] => [iss, 'one'])
    const verdicts = await addEach(subject, entries)
    demand(verdicts.at(-1), 'full', 'an entry over all')
    for (const [index, [iss, jti]] of entries.entries())
      demand(await subject.peer.has(iss, jti), verdicts[index] === 'recorded', 'what was recorded is there')
  },
  async 'loses nothing of what is recorded at the same time'({ store, peer, now }) {
    const issuers = numbered(16, 'https://i')
    await Promise.all(issuers.map((iss) => store.add({ iss, jti: 'one', exp: now + 1000 }, now)))
    for (const iss of issuers) demand(await peer.has(iss, 'one'), true, 'each of them')
  },
  async 'counts one entry that is recorded many times at once as one'(subject) {
    const { store, peer, now } = subject
    const same = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? store : peer).add({ iss: a, jti: 'token-0', exp: now + 1000 }, now),
    )
    demand(count(await Promise.all(same), 'recorded'), 20, 'the same entry')
    demand(count(await addEach(subject, of(a, share)), 'recorded'), share.length, 'the share')
  },
  async 'holds the bound when much is recorded at the same time'({ store, peer, now }) {
    const many = numbered(20, 'token-').map((jti, index) =>
      (index % 2 ? store : peer).add({ iss: a, jti, exp: now + 1000 }, now),
    )
    demand(count(await Promise.all(many), 'recorded'), share.length, 'entries of one issuer')
  },
}

/**
 * The contract of a {@link RevocationStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { RevocationStore } from '@aauth-guard/core'
 * import { revocationStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => RevocationStore): Promise<void> {
 *   for (const { run } of revocationStoreChecks(makeStore)) await run()
 * }
 * ```
 */
export function revocationStoreChecks(
  makeStore: Make,
  { peer }: StoreCheckOptions<RevocationStore> = {},
): readonly StoreCheck[] {
  const subject = async (): Promise<Subject> => {
    const store = await makeStore(bounds)
    return { store, peer: peer ? await peer(store) : store, now: begin() }
  }
  const checks = Object.entries(proofs).map(([name, prove]) => ({
    name,
    run: async () => prove(await subject()),
  }))
  const odd = lookalikes.map(([one, other]) => ({
    name: `tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`.slice(0, 120),
    run: async () => {
      const { store, peer: there, now } = await subject()
      await store.add({ iss: one[0], jti: one[1], exp: now + 1000 }, now)
      demand([await there.has(...one), await there.has(...other)], [true, false], 'the recorded and its like')
    },
  }))
  return [...checks, ...odd]
}
