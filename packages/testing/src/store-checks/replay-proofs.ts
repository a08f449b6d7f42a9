import type { ReplayMark, ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import { assertEqual, count, numbered, type Pair, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** Bounds of the stores that are checked. */
export const bounds = { max: 40, maxPerIssuer: 16, maxPerKey: 4 }
/** Seconds that `created` may differ from the clock in these checks. */
export const window = 60

export type ReplaySubject = StoreSubject<ReplayStore>
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

/** Each by a key of its own. */
export const unlistedIssuers = (length: number): Partial<ReplayMark>[] =>
  numbered(length, 'https://s').map((issuer) => ({ issuer, owner: issuer, listed: false }))
export const prints = (length: number, mark: Partial<ReplayMark> = {}): Partial<ReplayMark>[] =>
  numbered(length, 'print-').map((fingerprint) => ({ ...mark, fingerprint }))
/** As many as the share of a key. */
export const share: readonly Partial<ReplayMark>[] = prints(bounds.maxPerKey)
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
}

/** Tells two signatures apart that only a careless store takes for one. */
export async function tellsApart(subject: ReplaySubject, ...pairs: readonly Pair[]): Promise<void> {
  const marks = pairs.map(([owner, fingerprint]) => ({ owner, fingerprint }))
  assertEqual(await markEach(subject, marks), ['first', 'first'], 'two signatures')
  const again = await markEach({ ...subject, store: subject.peer }, marks)
  assertEqual(again, ['repeated', 'repeated'], 'the same again')
}
