import type { ReplayMark } from '@aauth-guard/core'
import {
  bounds,
  firsts,
  markEach,
  markOf,
  prints,
  type ReplayProof,
  type ReplaySubject,
  share,
  unlistedIssuers,
} from './replay-proofs.ts'
import { assertEqual, count, numbered } from './store-checks.ts'

const keys = (length: number, mark: Partial<ReplayMark> = {}): Partial<ReplayMark>[] =>
  numbered(length, 'key-').map((owner) => ({ ...mark, owner }))
const unlisted = { issuer: 'https://unlisted.example', listed: false }
const other = { issuer: 'https://other.example' }

/** What a store promises that has bounds. */
export const boundedOnly: Readonly<Record<string, ReplayProof>> = {
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
