import type { Link, LinkEntry, LinkStore, LinkVerdict, MayWait } from '@aauth-guard/core'
import { assertEqual, count, numbered, type Pair, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** Bounds of the stores that are checked. */
export const bounds: { max: number } = { max: 8 }

/** A store of links in use. */
export type LinkSubject = StoreSubject<LinkStore>
export type LinkProofs = Readonly<Record<string, Proof<LinkSubject>>>

/** Milliseconds for which the links of the checks count. */
export const linkedFor = 60_000

export const provider = 'https://ap.example'
export const otherProvider = 'https://other-ap.example'

/** A link by a listed provider, unless something else is said. */
export function linkOf({ now }: Pick<LinkSubject, 'now'>, entry: Partial<LinkEntry> = {}): LinkEntry {
  return {
    thumbprint: 'key',
    iss: provider,
    jti: 'token',
    iat: now - 10,
    exp: now + 3600,
    linkedFor,
    listed: true,
    ...entry,
  }
}

export function add(
  subject: Pick<LinkSubject, 'store' | 'now'>,
  entry?: Partial<LinkEntry>,
): MayWait<LinkVerdict> {
  return subject.store.add(linkOf(subject, entry))
}

/** The link of a key as a process finds it, with its members in one order. */
export async function find(store: LinkStore, thumbprint: string): Promise<Link | null> {
  return membersOf(await store.find({ thumbprint }))
}

/** What `find` has to return for an entry. */
export function membersOf(found: Link | undefined): Link | null {
  if (found === undefined) return null
  const { thumbprint, iss, jti, iat, exp } = found
  return { thumbprint, iss, jti, iat, exp }
}

/** What every store can be asked at any time. */
export const timeless: LinkProofs = {
  async 'finds the link that was added, and only that'(subject) {
    const { peer } = subject
    assertEqual(await find(peer, 'key'), null, 'an empty store')
    assertEqual(await add(subject), 'recorded', 'add')
    assertEqual(await find(peer, 'key'), membersOf(linkOf(subject)), 'the key that was linked')
    assertEqual(await find(peer, 'other'), null, 'another key')
  },
  async 'returns the members of a link as they were added'(subject) {
    const odd = {
      thumbprint: 'a-_b',
      iss: 'https://ap.example:8443',
      jti: 'a "b" \'c\' {d}, e|f:g/h%7 \u00e9 \\ 0012',
      iat: subject.now - 4000,
      exp: subject.now + 86_400,
    }
    await add(subject, odd)
    assertEqual(await find(subject.peer, 'a-_b'), membersOf(linkOf(subject, odd)), 'the link')
  },
  async 'finds the link that was added last for a key'(subject) {
    const later = { iss: otherProvider, jti: 'later', iat: subject.now - 20, exp: subject.now + 60 }
    await add(subject)
    await add(subject, later)
    assertEqual(await find(subject.peer, 'key'), membersOf(linkOf(subject, later)), 'the later link')
  },
  async 'finds the link that was added last, whether its provider is listed or not'(subject) {
    const { peer } = subject
    for (const [index, listed] of [true, false, true, true, false, false].entries()) {
      const entry = { iss: `https://ap${index}.example`, listed }
      await add(subject, entry)
      assertEqual(await find(peer, 'key'), membersOf(linkOf(subject, entry)), `link ${index} of one key`)
    }
  },
  async 'does not change with what was handed to it'(subject) {
    const handed = { ...linkOf(subject) }
    await subject.store.add(handed)
    handed.iss = otherProvider
    assertEqual(await find(subject.peer, 'key'), membersOf(linkOf(subject)), 'the link')
  },
  async 'takes a fraction of a millisecond'(subject) {
    assertEqual(await add(subject, { linkedFor: 59_999.5 }), 'recorded', 'add')
    assertEqual(await find(subject.peer, 'key'), membersOf(linkOf(subject)), 'the link')
  },
  async 'loses nothing of what is added at the same time'(subject) {
    const entries = numbered(bounds.max, 'key-').map((thumbprint) => ({ thumbprint, jti: thumbprint }))
    const verdicts = await Promise.all(entries.map((entry) => add(subject, entry)))
    assertEqual(count(verdicts, 'recorded'), entries.length, 'links of different keys')
    for (const entry of entries)
      assertEqual(
        await find(subject.peer, entry.thumbprint),
        membersOf(linkOf(subject, entry)),
        'each of them',
      )
  },
  async 'agrees on one of the links that are added for a key at the same time'(subject) {
    const { store, peer, now } = subject
    const links = numbered(20, 'token-').map((jti, index) =>
      linkOf(subject, { jti, iss: `https://ap${index}.example`, iat: now - index, exp: now + index }),
    )
    await Promise.all(links.map((link, index) => (index % 2 ? store : peer).add(link)))
    const found = await find(store, 'key')
    const isOne = links.some((link) => JSON.stringify(membersOf(link)) === JSON.stringify(found))
    assertEqual(isOne, true, `the link that was found, ${JSON.stringify(found)}, is one that was added`)
    assertEqual(await find(peer, 'key'), found, 'the link as another process finds it')
  },
}

/** What takes a clock that can be set. */
export const timed: LinkProofs = {
  async 'finds a link until its time has passed'(subject) {
    await add(subject)
    await subject.advance(linkedFor / 1000 - 10)
    assertEqual(await find(subject.peer, 'key'), membersOf(linkOf(subject)), 'a link that counts')
  },
  async 'does not find a link whose time has passed'(subject) {
    await add(subject)
    await subject.advance(linkedFor / 1000 + 1)
    assertEqual(await find(subject.peer, 'key'), null, 'a link a second after that')
  },
  async 'goes by the time of the link that was added last'(subject) {
    await add(subject)
    await add(subject, { thumbprint: 'other', linkedFor: 10 * linkedFor })
    await add(subject, { thumbprint: 'other' })
    await add(subject, { linkedFor: 10 * linkedFor })
    await subject.advance(linkedFor / 1000 + 1)
    assertEqual(await find(subject.peer, 'key'), membersOf(linkOf(subject)), 'a link that was renewed')
    assertEqual(await find(subject.peer, 'other'), null, 'a link that was shortened')
  },
  async 'does not return to an older link when the time of the last one has passed'(subject) {
    await add(subject, { listed: false, linkedFor: 10 * linkedFor })
    await add(subject, { iss: otherProvider })
    await subject.advance(linkedFor / 1000 + 1)
    assertEqual(await find(subject.peer, 'key'), null, 'the key')
  },
}

/** Tells two keys apart that only a careless store takes for one. */
export async function tellsApart(subject: LinkSubject, one: Pair, other: Pair): Promise<void> {
  const part = one[1] === other[1] ? 0 : 1
  const entries = [
    { thumbprint: one[part], jti: 'one' },
    { thumbprint: other[part], jti: 'other' },
  ] as const
  for (const entry of entries) await add(subject, entry)
  for (const entry of entries)
    assertEqual(
      await find(subject.peer, entry.thumbprint),
      membersOf(linkOf(subject, entry)),
      'the link of each key',
    )
}
