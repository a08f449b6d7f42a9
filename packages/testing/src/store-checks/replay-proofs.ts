import type { ReplayMark, ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import { assertEqual, count, numbered, type Pair, type Proof } from './store-checks.ts'

/** Bounds of the stores that are checked. */
export const bounds = { max: 40, maxPerIssuer: 16, maxPerKey: 4 }
/** Seconds that `created` may differ from the clock in these checks. */
export const window = 60

/** A store in use, and its clock. */
export interface ReplaySubject {
  readonly store: ReplayStore
  readonly peer: ReplayStore
  /** The second, by the clock of the store, at which the check began. */
  readonly now: number
  readonly advance: (seconds: number) => Promise<void>
}

export type ReplayProof = Proof<ReplaySubject>

/** A mark of a listed issuer that is fresh for another minute, unless something else is said. */
export function markOf({ now }: Pick<ReplaySubject, 'now'>, mark: Partial<ReplayMark> = {}): ReplayMark {
  return {
    issuer: 'https://ps.example',
    owner: 'key',
    fingerprint: 'print',
    until: now + window,
    window,
    listed: true,
    ...mark,
  }
}

/** Marks one after the other, so that it is known which of them was refused. */
export async function markEach(
  subject: Pick<ReplaySubject, 'store' | 'now'>,
  marks: readonly Partial<ReplayMark>[],
): Promise<ReplayVerdict[]> {
  const verdicts: ReplayVerdict[] = []
  for (const mark of marks) verdicts.push(await subject.store.mark(markOf(subject, mark)))
  return verdicts
}

const prints = (length: number, mark: Partial<ReplayMark> = {}): Partial<ReplayMark>[] =>
  numbered(length, 'print-').map((fingerprint) => ({ ...mark, fingerprint }))
const keys = (length: number, mark: Partial<ReplayMark> = {}): Partial<ReplayMark>[] =>
  numbered(length, 'key-').map((owner) => ({ ...mark, owner }))
/** Each by a key of its own. */
export const unlistedIssuers = (length: number): Partial<ReplayMark>[] =>
  numbered(length, 'https://s').map((issuer) => ({ issuer, owner: issuer, listed: false }))
/** As many as the share of a key. */
export const share: readonly Partial<ReplayMark>[] = prints(bounds.maxPerKey)
const unlisted = { issuer: 'https://unlisted.example', listed: false }
const other = { issuer: 'https://other.example' }
export const firsts = (verdicts: readonly ReplayVerdict[]): number => count(verdicts, 'first')

/** What every store can be asked at any time. */
export const timeless: Readonly<Record<string, ReplayProof>> = {
  async 'tells the first from the repeated'(subject) {
    assertEqual(await subject.store.mark(markOf(subject)), 'first', 'a new signature')
    assertEqual(await subject.peer.mark(markOf(subject)), 'repeated', 'the same again')
  },
  async 'keeps the signatures of keys apart'(subject) {
    const marks = [{}, { owner: 'other' }, { fingerprint: 'other' }]
    assertEqual(await markEach(subject, marks), ['first', 'first', 'first'], 'other signatures')
  },
  async 'lets exactly one of many at the same time be first'(subject) {
    const { store, peer } = subject
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? store : peer).mark(markOf(subject))),
    )
    assertEqual([firsts(verdicts), count(verdicts, 'repeated')], [1, 49], 'first and repeated')
  },
  async 'finds a signature whether its issuer is listed or not'(subject) {
    await subject.store.mark(markOf(subject))
    assertEqual(await subject.peer.mark(markOf(subject, { listed: false })), 'repeated', 'unlisted elsewhere')
  },
  async 'keeps a signature that is just stale'(subject) {
    const stale = markOf(subject, { until: subject.now - 30 })
    assertEqual(await subject.store.mark(stale), 'first', 'a signature that has been stale for 30 s')
    assertEqual(await subject.peer.mark(stale), 'repeated', 'the same again')
  },
  async 'cannot tell of a signature that is stale for longer than a minute'(subject) {
    const stale = { until: subject.now - 61 }
    assertEqual(await markEach(subject, [stale, stale]), ['unknown', 'unknown'], 'a signature stale for 61 s')
  },
  async 'cannot tell of a signature that lies too far ahead'(subject) {
    const ahead = { until: subject.now + 2 * window + 62 }
    assertEqual(
      await markEach(subject, [ahead, ahead]),
      ['unknown', 'unknown'],
      'more than 2 windows and 60 s',
    )
    const allowed = { until: subject.now + 2 * window + 59 }
    assertEqual(await markEach(subject, [allowed, allowed]), ['first', 'repeated'], 'less than that')
  },
  async 'goes by the window of the signature'(subject) {
    const wide = { until: subject.now + 600, window: 300 }
    assertEqual(await markEach(subject, [wide, wide]), ['first', 'repeated'], 'a window of 300 s')
  },
  async 'refuses what is over the share of a key, and forgets nothing'(subject) {
    assertEqual(firsts(await markEach(subject, share)), share.length, 'the share')
    assertEqual(await markEach(subject, [{ fingerprint: 'over' }]), ['full'], 'over the share')
    assertEqual(count(await markEach(subject, share), 'repeated'), share.length, 'what was there')
  },
  async 'leaves the share of a key to it when another has used up its own'(subject) {
    await markEach(subject, [...share, { fingerprint: 'over' }])
    const others = prints(bounds.maxPerKey, { owner: 'other' })
    assertEqual(firsts(await markEach(subject, others)), share.length, 'the share of another')
  },
  async 'is bounded for one issuer, and forgets nothing'(subject) {
    await isBounded(subject, keys(bounds.maxPerIssuer + 1), bounds.maxPerIssuer)
  },
  async 'leaves its share to a listed issuer when another has used up its own'(subject) {
    await markEach(subject, keys(bounds.maxPerIssuer + 1))
    assertEqual(
      firsts(await markEach(subject, prints(4, { ...other, owner: 'other' }))),
      bounds.maxPerKey,
      'the share of another',
    )
  },
  async 'is bounded over all unlisted issuers, and forgets nothing'(subject) {
    await isBounded(subject, unlistedIssuers(bounds.max + 1), bounds.max)
  },
  async 'leaves room to an unlisted issuer when some others take all they can'(subject) {
    for (const issuer of numbered(4, 'https://greedy'))
      await markEach(subject, keys(bounds.max, { issuer, listed: false, fingerprint: issuer }))
    assertEqual(firsts(await markEach(subject, [unlisted])), 1, 'room for another')
  },
  async 'leaves the shares of listed issuers to them when unlisted ones use up theirs'(subject) {
    await markEach(subject, unlistedIssuers(2 * bounds.max))
    assertEqual(firsts(await markEach(subject, share)), share.length, 'the share of a listed issuer')
  },
  async 'leaves the room of unlisted issuers to them when listed ones use up theirs'(subject) {
    for (const issuer of numbered(5, 'https://listed'))
      await markEach(subject, keys(bounds.maxPerIssuer + 1, { issuer, fingerprint: issuer }))
    assertEqual(
      firsts(await markEach(subject, prints(4, { ...unlisted, owner: 'unlisted' }))),
      4,
      'the share of an unlisted issuer',
    )
  },
  async 'holds the bound when much is marked at the same time'(subject) {
    const calls = prints(20).map((mark, index) =>
      (index % 2 ? subject.store : subject.peer).mark(markOf(subject, mark)),
    )
    assertEqual(firsts(await Promise.all(calls)), share.length, 'signatures of one key')
  },
}

/** Tells two signatures apart that only a careless store takes for one. */
export async function tellsApart(subject: ReplaySubject, ...pairs: readonly Pair[]): Promise<void> {
  const marks = pairs.map(([owner, fingerprint]) => ({ owner, fingerprint }))
  assertEqual(await markEach(subject, marks), ['first', 'first'], 'two signatures')
  const again = await markEach({ ...subject, store: subject.peer }, marks)
  assertEqual(again, ['repeated', 'repeated'], 'the same again')
}

/** @throws {Error} unless exactly `max` of these marks have room */
async function isBounded(
  subject: ReplaySubject,
  marks: readonly Partial<ReplayMark>[],
  max: number,
): Promise<void> {
  const verdicts = await markEach(subject, marks)
  assertEqual(verdicts.at(-1), 'full', `one more than ${max}`)
  assertEqual(firsts(verdicts) > max / 2, true, 'more than half of the room can be used')
  const known = marks.filter((_, index) => verdicts[index] === 'first')
  assertEqual(count(await markEach(subject, known), 'repeated'), known.length, 'what was there')
}
