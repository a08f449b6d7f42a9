import type { MayWait, RevocationStore, RevocationVerdict } from '@aauth-guard/core'
import type { Heard } from './push.ts'
import { assertClockBefore, assertEqual, numbered, type Pair, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** A store of revocations in use. */
export interface RevocationSubject extends StoreSubject<RevocationStore> {
  readonly heard: Heard
}

/** Bounds of the stores that are checked. */
export const bounds: { max: number; maxPerIssuer: number } = { max: 40, maxPerIssuer: 4 }
export const a = 'https://a.example'
export const b = 'https://b.example'

export const add = (
  store: RevocationStore,
  iss: string,
  jti: string,
  exp: number,
  listed: boolean = false,
): MayWait<RevocationVerdict> => store.add({ iss, jti, exp, listed })

export async function isRevoked(store: RevocationStore, iss: string, jti: string): Promise<boolean> {
  return (await store.find({ iss, jti })).revoked
}

/** Adds one after the other, so that it is known which of them was refused. */
export async function addEach(
  { store, now }: Pick<RevocationSubject, 'store' | 'now'>,
  entries: readonly (readonly [iss: string, jti: string])[],
  exp: number = now + 1000,
  listed: boolean = false,
): Promise<RevocationVerdict[]> {
  const verdicts: RevocationVerdict[] = []
  for (const [iss, jti] of entries) verdicts.push(await add(store, iss, jti, exp, listed))
  return verdicts
}

export const of = (iss: string, jtis: readonly string[]): [string, string][] => jtis.map((jti) => [iss, jti])
export const share: string[] = numbered(bounds.maxPerIssuer, 'token-')

export type RevocationProofs = Readonly<Record<string, Proof<RevocationSubject>>>

/** What every store can be asked at any time. */
export const timeless: RevocationProofs = {
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

/** What needs a clock that can be set. */
export const timed: RevocationProofs = {
  async 'keeps an entry until a minute after exp'(subject) {
    const { store, peer, now, advance } = subject
    await add(store, a, 'one', now + 10)
    await advance(69)
    const isFound = await isRevoked(peer, a, 'one')
    // A store may drop what has ended when another entry is added.
    await add(store, b, 'other', now + 1000)
    const isKept = await isRevoked(peer, a, 'one')
    await assertClockBefore(subject, now + 70)
    assertEqual([isFound, isKept], [true, true], 'an entry in its last second, before and after another add')
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

export async function tellsApart(
  { store, peer, now }: RevocationSubject,
  one: Pair,
  other: Pair,
): Promise<void> {
  await add(store, ...one, now + 1000)
  assertEqual(
    [await isRevoked(peer, ...one), await isRevoked(peer, ...other)],
    [true, false],
    'the recorded and its like',
  )
}
