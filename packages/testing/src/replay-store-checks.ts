import type { ReplayStore, ReplayVerdict } from '@aauth-guard/core'
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
export interface ReplayBounds {
  /** Signatures of all keys. */
  readonly max: number
  /** Signatures of one key. */
  readonly maxPerKey: number
}

type Make = (bounds: ReplayBounds) => ReplayStore | Promise<ReplayStore>

interface Subject {
  readonly store: ReplayStore
  readonly peer: ReplayStore
  readonly now: number
}

const bounds: ReplayBounds = { max: 20, maxPerKey: 4 }
const share = numbered(bounds.maxPerKey, 'print-')

/** Marks one after the other, so that it is known which of them was refused. */
async function markEach(
  { store, now }: Pick<Subject, 'store' | 'now'>,
  marks: readonly (readonly [owner: string, fingerprint: string])[],
  until = now + 60,
): Promise<ReplayVerdict[]> {
  const verdicts: ReplayVerdict[] = []
  for (const [owner, print] of marks) verdicts.push(await store.mark(owner, print, until, now))
  return verdicts
}

const of = (owner: string, prints: readonly string[]): [string, string][] =>
  prints.map((print) => [owner, print])

const proofs: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'tells the first from the repeated'({ store, peer, now }) {
    demand(await store.mark('key', 'print', now + 60, now), 'first', 'a new signature')
    demand(await peer.mark('key', 'print', now + 60, now), 'repeated', 'the same again')
  },
  async 'keeps the signatures of keys apart'(subject) {
    demand(
      await markEach(subject, [
        ['key', 'print'],
        ['other', 'print'],
        ['key', 'other'],
      ]),
      ['first', 'first', 'first'],
      'other signatures',
    )
  },
  async 'lets exactly one of many at the same time be first'({ store, peer, now }) {
    const calls = Array.from({ length: 50 }, (_, index) =>
      (index % 2 ? store : peer).mark('key', 'print', now + 60, now),
    )
    const verdicts = await Promise.all(calls)
    demand([count(verdicts, 'first'), count(verdicts, 'repeated')], [1, 49], 'first and repeated')
  },
  async 'remembers through the last second in which the signature is fresh'({ store, peer, now }) {
    await store.mark('key', 'print', now + 60, now)
    await store.mark('other', 'print', now + 120, now + 60)
    demand(await peer.mark('key', 'print', now + 60, now + 60), 'repeated', 'the last second')
  },
  async 'takes nothing for new twice when the clock goes back'({ store, peer, now }) {
    await store.mark('key', 'print', now + 60, now)
    await store.mark('other', 'print', now + 560, now + 500)
    const verdict = await peer.mark('key', 'print', now + 60, now)
    demand(verdict === 'first', false, 'new once more')
  },
  async 'refuses what is over the share of a key, and forgets nothing'(subject) {
    demand(count(await markEach(subject, of('key', share)), 'first'), share.length, 'the share')
    demand(await markEach(subject, of('key', ['over'])), ['full'], 'over the share')
    demand(count(await markEach(subject, of('key', share)), 'repeated'), share.length, 'what was there')
  },
  async 'leaves the share of a key to it when another has used up its own'(subject) {
    await markEach(subject, of('key', [...share, 'over']))
    demand(count(await markEach(subject, of('other', share)), 'first'), share.length, 'the share of another')
  },
  async 'gives the share back when signatures are stale'(subject) {
    const { store, now } = subject
    await markEach(subject, of('key', share))
    demand(await store.mark('key', 'next', now + 121, now + 61), 'first', 'room after that')
  },
  async 'gives all of the room back when signatures are stale'(subject) {
    const { store, now } = subject
    await markEach(
      subject,
      numbered(bounds.max, 'key-').map((owner): [string, string] => [owner, 'print']),
    )
    for (const owner of numbered(bounds.max, 'other-'))
      demand(await store.mark(owner, 'print', now + 121, now + 61), 'first', 'room after that')
  },
  async 'is bounded over all keys, and forgets nothing'(subject) {
    const marks = numbered(bounds.max + 1, 'key-').map((owner): [string, string] => [owner, 'print'])
    const verdicts = await markEach(subject, marks)
    demand(verdicts.at(-1), 'full', 'a signature over all')
    const known = marks.filter((_, index) => verdicts[index] === 'first')
    demand(count(await markEach(subject, known), 'repeated'), known.length, 'what was there')
  },
  async 'holds the bound when much is marked at the same time'({ store, peer, now }) {
    const calls = numbered(20, 'print-').map((print, index) =>
      (index % 2 ? store : peer).mark('key', print, now + 60, now),
    )
    demand(count(await Promise.all(calls), 'first'), share.length, 'signatures of one key')
  },
}

/**
 * The contract of a {@link ReplayStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { ReplayStore } from '@aauth-guard/core'
 * import { replayStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => ReplayStore): Promise<void> {
 *   for (const { run } of replayStoreChecks(makeStore)) await run()
 * }
 * ```
 */
export function replayStoreChecks(
  makeStore: Make,
  { peer }: StoreCheckOptions<ReplayStore> = {},
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
      const here = await subject()
      demand(await markEach(here, [one, other]), ['first', 'first'], 'two signatures')
      demand(await markEach({ ...here, store: here.peer }, [one, other]), ['repeated', 'repeated'], 'again')
    },
  }))
  return [...checks, ...odd]
}
