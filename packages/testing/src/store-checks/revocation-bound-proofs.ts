import {
  a,
  add,
  addEach,
  b,
  bounds,
  isRevoked,
  of,
  type RevocationProofs,
  share,
} from './revocation-proofs.ts'
import { assertEqual, count, numbered } from './store-checks.ts'

/** What a store promises that has bounds. */
export const boundedOnly: RevocationProofs = {
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
