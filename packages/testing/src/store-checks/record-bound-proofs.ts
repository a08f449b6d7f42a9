import { assertFull, assertRoom, createEach, one, own, some, three, two } from './record-shares.ts'
import {
  bounds,
  create,
  digest,
  entryOf,
  found,
  key,
  type RecordProofs,
  record,
  replace,
  seen,
  versionOf,
} from './record-subject.ts'
import { assertEqual, count } from './store-checks.ts'
/** What a store promises that has bounds. */
export const boundedOnly: RecordProofs = {
  async 'refuses the open records of an owner beyond its share'(subject) {
    assertEqual(await createEach(subject, some(bounds.maxPerOwner), own), ['created', 'created'], 'its share')
    await assertFull(subject, 'over', own, 'one more')
    await assertRoom(subject, 'closed', { ...own, open: false }, 'one that is not open')
    await assertRoom(subject, 'other', {}, 'one of another owner')
    assertEqual(await create(subject, { ...own, id: digest('record-0') }), 'exists', 'one that exists')
  },
  async 'never exceeds the share of an owner, whoever creates at the same time'(subject) {
    const { store, peer, now } = subject
    const verdicts = await Promise.all(
      some(20).map((name, index) =>
        create({ store: index % 2 ? store : peer, now }, { ...own, id: digest(name) }),
      ),
    )
    assertEqual([count(verdicts, 'created'), count(verdicts, 'full')], [bounds.maxPerOwner, 18], 'verdicts')
  },
  async 'refuses the open records of an unlisted issuer beyond its share'(subject) {
    const unlisted = { issuer: one, listed: false }
    const verdicts = await createEach(subject, some(bounds.maxPerIssuer), unlisted)
    assertEqual(count(verdicts, 'created'), bounds.maxPerIssuer, 'its share')
    await assertFull(subject, 'over', unlisted, 'one more')
    await assertRoom(subject, 'other', { issuer: two, listed: false }, 'one of another issuer')
    await assertRoom(subject, 'closed', { ...unlisted, open: false }, 'one that is not open')
  },
  async 'refuses the open records of all unlisted issuers beyond their share, and no others'(subject) {
    for (const issuer of [one, two]) {
      const verdicts = await createEach(subject, some(4, issuer.slice(17, 20)), { issuer, listed: false })
      assertEqual(count(verdicts, 'created'), 4, `the share of ${issuer}`)
    }
    await assertFull(subject, 'over', { issuer: three, listed: false }, 'one of a third issuer')
    await assertRoom(subject, 'listed', {}, 'one of a listed issuer')
  },
  async 'refuses the open records of a listed issuer beyond its share, and no others'(subject) {
    const verdicts = await createEach(subject, some(bounds.max))
    assertEqual(count(verdicts, 'created'), bounds.max, 'its share')
    await assertFull(subject, 'over', {}, 'one more')
    await assertRoom(subject, 'other', { issuer: 'https://other-ap.example' }, 'one of another listed issuer')
    await assertRoom(subject, 'unlisted', { issuer: one, listed: false }, 'one of an unlisted issuer')
  },
  async 'removes nothing when a share is used up'(subject) {
    const names = some(bounds.max)
    await createEach(subject, names)
    await createEach(subject, some(3 * bounds.max, 'over-'))
    for (const name of names) assertEqual(await seen(subject, { ...key, id: digest(name) }), record(1), name)
  },
  async 'gives the share of open records back when they are closed, ended or removed'(subject) {
    const first = digest('record-0')
    await createEach(subject, some(2), { ...own, tags: [digest('tag')] })
    await replace(subject, await versionOf(subject, { ...key, id: first }), { id: first, open: false })
    await assertRoom(subject, 'a', own, 'after one was closed')
    await assertFull(subject, 'b', own, 'once it is used up again')
    assertEqual(await subject.store.end({ tag: digest('tag'), reason: 'revoked' }), 2, 'the end of two')
    await assertRoom(subject, 'c', own, 'after an open one was ended')
    await assertFull(subject, 'd', own, 'once it is used up once more')
    const third = { ...key, id: digest('c') }
    const removal = { id: third.id, expires: subject.now - 10 }
    assertEqual(await replace(subject, await versionOf(subject, third), removal), 'replaced', 'a removal')
    await assertRoom(subject, 'e', own, 'after an open one was removed')
  },
  async 'opens a record only where there is space, and an ended one never'(subject) {
    const closed = { ...key, id: digest('closed') }
    await createEach(subject, some(1), own)
    await createEach(subject, ['closed'], { ...own, open: false, tags: [digest('tag')] })
    await createEach(subject, ['more'], own)
    const version = await versionOf(subject, closed)
    assertEqual(await replace(subject, version, { id: closed.id }), 'full', 'where there is none')
    assertEqual(await seen(subject, closed), { ...record(1), open: false }, 'the record')
    assertEqual(await versionOf(subject, closed), version, 'its version')
    await subject.store.end({ tag: digest('tag'), reason: 'revoked' })
    const change = { id: closed.id, open: true }
    assertEqual(await replace(subject, await versionOf(subject, closed), change), 'replaced', 'an ended one')
    assertEqual((await found(subject, closed)).open, false, 'whether it is open')
  },
  async 'replaces nothing if there is no space for the record that it should create'(subject) {
    const first = { ...key, id: digest('first') }
    await assertRoom(subject, 'first', {}, 'the first')
    await createEach(subject, some(2), own)
    const creates = entryOf(subject, { ...own, kind: 'claim', id: digest('claim') })
    const version = await versionOf(subject, first)
    assertEqual(await replace(subject, version, { id: first.id, creates }), 'full', 'an open one')
    assertEqual(
      [await seen(subject, first), await versionOf(subject, first)],
      [record(1), version],
      'the record',
    )
    assertEqual(await seen(subject, { kind: 'claim', id: creates.id }), null, 'the one it should create')
    const closed = { ...creates, open: false }
    assertEqual(
      await replace(subject, version, { id: first.id, creates: closed }),
      'replaced',
      'a closed one',
    )
  },
  async 'counts as before what it did not replace for want of space'(subject) {
    const other = { owner: digest('other') }
    await createEach(subject, some(2), own)
    await createEach(subject, some(2, 'other-'), other)
    const first = { ...key, id: digest('record-0') }
    const creates = entryOf(subject, { ...other, kind: 'claim', id: digest('claim') })
    const change = { id: first.id, open: false, creates }
    assertEqual(await replace(subject, await versionOf(subject, first), change), 'full', 'replace')
    await assertFull(subject, 'over', own, 'one more of the owner whose record stayed open')
  },
  async 'counts a record that it creates with another'(subject) {
    await assertRoom(subject, 'first', {}, 'the first')
    await createEach(subject, some(1), own)
    const creates = entryOf(subject, { ...own, kind: 'claim', id: digest('claim') })
    const first = { ...key, id: digest('first') }
    assertEqual(
      await replace(subject, await versionOf(subject, first), { id: first.id, creates }),
      'replaced',
      'it',
    )
    await assertFull(subject, 'over', own, 'one more')
  },
}
