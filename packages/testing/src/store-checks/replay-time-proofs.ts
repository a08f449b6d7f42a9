import type { ReplayMark } from '@aauth-guard/core'
import {
  bounds,
  firsts,
  markEach,
  markOf,
  type ReplayProof,
  type ReplaySubject,
  share,
  unlistedIssuers,
  window,
} from './replay-proofs.ts'
import { assertClockBefore, assertEqual } from './store-checks.ts'

/** What takes a clock that can be set. */
export const timed: Readonly<Record<string, ReplayProof>> = {
  async 'remembers through the last second in which the signature is fresh'(subject) {
    await subject.store.mark(markOf(subject))
    await subject.advance(window)
    assertEqual(await subject.peer.mark(markOf(subject)), 'repeated', 'the last second')
  },
  async 'remembers for another minute, to the second'(subject) {
    await subject.store.mark(markOf(subject))
    await subject.advance(window + 59)
    const verdict = await subject.peer.mark(markOf(subject))
    await assertClockBefore(subject, subject.now + window + 60)
    assertEqual(verdict, 'repeated', '59 s later')
    await subject.advance(1)
    assertEqual(await subject.peer.mark(markOf(subject)), 'unknown', '60 s later')
    assertEqual(
      await subject.peer.mark(markOf(subject, { fingerprint: 'new' })),
      'unknown',
      'a new one by then',
    )
  },
  async 'goes by its own clock where signatures end at different times'(subject) {
    const { advance, now, peer } = subject
    const late = { until: now + 2 * window, fingerprint: 'late' }
    await markEach(subject, [late, {}, { until: now, fingerprint: 'early' }])
    await advance(window + 50)
    assertEqual(await peer.mark(markOf(subject)), 'repeated', 'one that ended in between')
    await advance(window)
    assertEqual(await peer.mark(markOf(subject, late)), 'repeated', 'the one that ends last')
  },
}

/** What takes a clock that can be set, of a store that has bounds. */
export const timedBounds: Readonly<Record<string, ReplayProof>> = {
  async 'gives the share back when signatures have ended'(subject) {
    await markEach(subject, share)
    await givesBack(subject, share)
  },
  async 'gives the share back although another signature ends later'(subject) {
    const { advance, now, store } = subject
    // It came first, and it ends last.
    await store.mark(markOf(subject, { owner: 'other', until: now + 2 * window }))
    await markEach(subject, share)
    await advance(window + 59)
    await store.mark(markOf({ now: now + window + 59 }, { owner: 'other', fingerprint: 'later' }))
    await givesBack(subject, share, 46)
  },
  async 'gives the room of unlisted issuers back when signatures have ended'(subject) {
    await markEach(subject, unlistedIssuers(bounds.max))
    await givesBack(subject, unlistedIssuers(bounds.max))
  },
}

/** A store may count in steps, so it has an eighth of the time that a mark can be kept to give a share back. */
async function givesBack(
  { store, now, advance }: ReplaySubject,
  marks: readonly Partial<ReplayMark>[],
  wait = window + 105,
): Promise<void> {
  await advance(wait)
  const later = now + window + 105
  const verdicts = await markEach({ store, now: later }, marks)
  assertEqual(firsts(verdicts), marks.length, 'room after that')
}
