import type { RevocationStore, RevocationVerdict } from '@aauth-guard/core'
import {
  assertEqual,
  checksOf,
  count,
  numbered,
  type Pair,
  type Proof,
  type StoreCheck,
  type StoreCheckOptions,
  type StoreClock,
} from './store-checks.ts'

/** How much the store of a check may hold. */
export interface RevocationBounds {
  /** Entries of all unlisted issuers. */
  readonly max: number
  /** Entries of one issuer. */
  readonly maxPerIssuer: number
}

/** What the checks need beside the store. */
export interface RevocationCheckOptions extends StoreCheckOptions<RevocationStore>, StoreClock {
  /** Whether the store keeps the bounds; default `true`. A store without bounds answers `'recorded'` for ever. */
  readonly bounded?: boolean
}

type Make = (bounds: RevocationBounds) => RevocationStore | Promise<RevocationStore>

interface Subject {
  readonly store: RevocationStore
  readonly peer: RevocationStore
  readonly now: number
  /** Lets the clock of the store go on. */
  readonly advance: (seconds: number) => Promise<void>
}

const bounds: RevocationBounds = { max: 40, maxPerIssuer: 4 }
const a = 'https://a.example'
const b = 'https://b.example'

type Answer<T> = T | Promise<T>
type Verdict = Answer<RevocationVerdict>

const add = (store: RevocationStore, iss: string, jti: string, exp: number, listed = false): Verdict =>
  store.add({ iss, jti, exp, listed })

async function isRevoked(store: RevocationStore, iss: string, jti: string): Promise<boolean> {
  return (await store.find({ iss, jti })).revoked
}

/** Adds one after the other, so that it is known which of them was refused. */
async function addEach(
  { store, now }: Pick<Subject, 'store' | 'now'>,
  entries: readonly (readonly [iss: string, jti: string])[],
  exp = now + 1000,
  listed = false,
): Promise<RevocationVerdict[]> {
  const verdicts: RevocationVerdict[] = []
  for (const [iss, jti] of entries) verdicts.push(await add(store, iss, jti, exp, listed))
  return verdicts
}

const of = (iss: string, jtis: readonly string[]): [string, string][] => jtis.map((jti) => [iss, jti])
const share = numbered(bounds.maxPerIssuer, 'token-')

type Proofs = Readonly<Record<string, Proof<Subject>>>

const proofs: Proofs = {
  async 'finds what was recorded, and only that'({ store, peer, now }) {
    assertEqual(await peer.find({ iss: a, jti: 'one' }), { revoked: false }, 'an empty store')
    assertEqual(await add(store, a, 'one', now + 100), 'recorded', 'add')
    assertEqual(await peer.find({ iss: a, jti: 'one' }), { revoked: true }, 'a recorded token')
    assertEqual(await peer.find({ iss: a, jti: 'two' }), { revoked: false }, 'another token of the issuer')
  },
  async 'keeps the tokens of issuers apart'({ store, peer, now }) {
    await add(store, a, 'one', now + 100)
    assertEqual(await isRevoked(peer, b, 'one'), false, 'the jti of another issuer')
  },
  async 'keeps an entry whose token has just expired'({ store, peer, now }) {
    await add(store, a, 'one', now - 30)
    assertEqual(await isRevoked(peer, a, 'one'), true, 'an entry in the minute after exp')
  },
  async 'loses nothing of what is recorded at the same time'({ store, peer, now }) {
    const issuers = numbered(16, 'https://i')
    await Promise.all(issuers.map((iss) => add(store, iss, 'one', now + 1000)))
    for (const iss of issuers) assertEqual(await isRevoked(peer, iss, 'one'), true, 'each of them')
  },
  async 'tells when an issuer was purged, for each of its tokens'({ store, peer }) {
    const purgedAt = await store.purge({ iss: a, listed: false })
    assertEqual(Number.isSafeInteger(purgedAt), true, 'the second of the purge')
    for (const jti of ['one', 'two'])
      assertEqual((await peer.find({ iss: a, jti })).purgedAt, purgedAt, 'a token of the purged issuer')
    assertEqual((await peer.find({ iss: b, jti: 'one' })).purgedAt, undefined, 'a token of another issuer')
  },
  async 'keeps revocations of an issuer that was purged'({ store, peer, now }) {
    await add(store, a, 'one', now + 100)
    await store.purge({ iss: a, listed: false })
    assertEqual(await isRevoked(peer, a, 'one'), true, 'a token that was revoked before')
    assertEqual(await isRevoked(peer, a, 'two'), false, 'a token that was not')
  },
}

/** What needs a clock that goes on. */
const timedProofs: Proofs = {
  async 'keeps an entry until a minute after exp'({ store, peer, now, advance }) {
    await add(store, a, 'one', now + 10)
    await advance(69)
    assertEqual(await isRevoked(peer, a, 'one'), true, 'an entry a second before its last')
    // Room is made when others are added.
    await add(store, b, 'other', now + 1000)
    assertEqual(await isRevoked(peer, a, 'one'), true, 'the same after another one was added')
  },
  async 'lets a repetition lengthen an entry'({ store, peer, now, advance }) {
    await add(store, a, 'one', now + 10)
    await add(store, a, 'one', now + 1000)
    await advance(500)
    await add(store, b, 'other', now + 1000)
    assertEqual(await isRevoked(peer, a, 'one'), true, 'an entry with the later exp')
  },
  async 'tells of the last purge'({ store, peer, advance }) {
    const first = await store.purge({ iss: a, listed: false })
    await advance(100)
    const last = await store.purge({ iss: a, listed: false })
    assertEqual(last >= first + 100, true, 'a later purge is later')
    assertEqual((await peer.find({ iss: a, jti: 'one' })).purgedAt, last, 'the second of the purge')
  },
  async 'forgets no purge, however long ago it was'({ store, peer, advance }) {
    const purgedAt = await store.purge({ iss: a, listed: false })
    await advance(31_536_000)
    assertEqual((await peer.find({ iss: a, jti: 'one' })).purgedAt, purgedAt, 'the second of the purge')
  },
}

/** What a store promises that has bounds. */
const boundedProofs: Proofs = {
  async 'takes a repetition, and counts it once'(subject) {
    const verdicts = await addEach(subject, of(a, ['one', 'one', 'one', 'one', 'one', 'one']))
    assertEqual(count(verdicts, 'recorded'), 6, 'repetitions that are recorded')
    const others = await addEach(subject, of(a, share.slice(1)))
    assertEqual(count(others, 'recorded'), share.length - 1, 'room beside one entry')
  },
  async 'makes no room for what has not ended'(subject) {
    await addEach(subject, of(a, share), subject.now - 30)
    assertEqual(await addEach(subject, of(a, ['next'])), ['full'], 'room in the minute after exp')
    assertEqual(await isRevoked(subject.peer, a, 'token-0'), true, 'an entry in that minute')
  },
  async 'makes room when entries have ended'(subject) {
    await addEach(subject, of(a, share), subject.now - 90)
    assertEqual(await addEach(subject, of(a, ['next'])), ['recorded'], 'room after that minute')
    assertEqual(await isRevoked(subject.peer, a, 'next'), true, 'the entry that took the room')
  },
  async 'makes room for everybody when entries have ended'(subject) {
    const one = (iss: string): [string, string] => [iss, 'one']
    await addEach(subject, numbered(bounds.max, 'https://i').map(one), subject.now - 90)
    const others = await addEach(subject, numbered(bounds.max, 'https://j').map(one))
    assertEqual(count(others, 'recorded'), bounds.max, 'room after that minute')
  },
  async 'does not let a repetition shorten an entry'(subject) {
    await addEach(subject, of(a, share), subject.now + 1000)
    await addEach(subject, of(a, share), subject.now - 90)
    assertEqual(await addEach(subject, of(a, ['next'])), ['full'], 'room beside entries with the later exp')
    assertEqual(await isRevoked(subject.peer, a, 'token-0'), true, 'an entry with the later exp')
  },
  async 'refuses what is over the share of an issuer, and forgets nothing'(subject) {
    assertEqual(count(await addEach(subject, of(a, share)), 'recorded'), share.length, 'the share')
    assertEqual(await addEach(subject, of(a, ['over'])), ['full'], 'an entry over the share')
    assertEqual(await isRevoked(subject.peer, a, 'over'), false, 'what was refused')
    for (const jti of share) assertEqual(await isRevoked(subject.peer, a, jti), true, 'what was there')
  },
  async 'leaves the share of an issuer to it when another has used up its own'(subject) {
    await addEach(subject, of(a, [...share, 'over']))
    assertEqual(count(await addEach(subject, of(b, share)), 'recorded'), share.length, 'the share of another')
  },
  async 'takes a repetition when the share is used up'(subject) {
    await addEach(subject, of(a, share))
    assertEqual(await addEach(subject, of(a, ['token-0'])), ['recorded'], 'a repetition')
  },
  async 'is bounded over all unlisted issuers, and forgets nothing'(subject) {
    const entries = numbered(bounds.max + 1, 'https://i').map((iss): [string, string] => [iss, 'one'])
    const verdicts = await addEach(subject, entries)
    assertEqual(verdicts.at(-1), 'full', 'an entry over all')
    for (const [index, [iss, jti]] of entries.entries())
      assertEqual(
        await isRevoked(subject.peer, iss, jti),
        verdicts[index] === 'recorded',
        'what was recorded',
      )
  },
  async 'leaves a listed issuer its share when unlisted ones have used up theirs'(subject) {
    await addEach(
      subject,
      numbered(bounds.max + 1, 'https://i').map((iss): [string, string] => [iss, 'one']),
    )
    const verdicts = await addEach(subject, of(a, share), subject.now + 1000, true)
    assertEqual(count(verdicts, 'recorded'), share.length, 'the share of the listed issuer')
    assertEqual(await isRevoked(subject.peer, a, 'token-0'), true, 'an entry of the listed issuer')
  },
  async 'counts one entry that is recorded many times at once as one'(subject) {
    const { store, peer, now } = subject
    const same = Array.from({ length: 20 }, (_, index) =>
      add(index % 2 ? store : peer, a, 'token-0', now + 1000),
    )
    assertEqual(count(await Promise.all(same), 'recorded'), 20, 'the same entry')
    assertEqual(count(await addEach(subject, of(a, share)), 'recorded'), share.length, 'the share')
  },
  async 'holds the bound when much is recorded at the same time'({ store, peer, now }) {
    const many = numbered(20, 'token-').map((jti, index) => add(index % 2 ? store : peer, a, jti, now + 1000))
    assertEqual(count(await Promise.all(many), 'recorded'), share.length, 'entries of one issuer')
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
  { peer, now = () => Date.now() / 1000, advance, bounded = true }: RevocationCheckOptions = {},
): readonly StoreCheck[] {
  const proved = { ...proofs, ...(advance && timedProofs), ...(bounded && boundedProofs) }
  return checksOf(proved, tellsApart, async () => {
    const store = await makeStore(bounds)
    return {
      store,
      peer: peer ? await peer(store) : store,
      now: Math.floor(await now()),
      advance: async (seconds) => advance?.(seconds),
    }
  })
}

async function tellsApart({ store, peer, now }: Subject, one: Pair, other: Pair): Promise<void> {
  await add(store, ...one, now + 1000)
  assertEqual(
    [await isRevoked(peer, ...one), await isRevoked(peer, ...other)],
    [true, false],
    'the recorded and its like',
  )
}
