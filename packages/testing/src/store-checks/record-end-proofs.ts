import {
  create,
  created,
  digest,
  entryOf,
  found,
  key,
  kinds,
  type RecordProofs,
  reason,
  record,
  replace,
  seen,
  tag,
  versionOf,
} from './record-subject.ts'
import { assertEqual } from './store-checks.ts'

/** What ends records by a tag. */
export const ends: RecordProofs = {
  async 'ends the records that have a tag, and no others'(subject) {
    const { store } = subject
    for (const [index, kind] of kinds.entries())
      await created(subject, { kind, open: index % 2 === 0, tags: [digest('any'), tag] })
    await created(subject, { id: digest('other'), open: false, tags: [digest('any')] })
    assertEqual(await store.end({ tag, reason }), kinds.length, 'how many it ended')
    for (const kind of kinds)
      assertEqual(await seen(subject, { ...key, kind }), { ...record(1), open: false, ended: reason }, kind)
    const other = { ...record(1), open: false }
    assertEqual(await seen(subject, { ...key, id: digest('other') }), other, 'a record without the tag')
    assertEqual(await store.end({ tag: digest('none'), reason }), 0, 'a tag of no record')
  },
  async 'replaces no version from before the end'(subject) {
    await created(subject, { tags: [tag] })
    const version = await versionOf(subject)
    await subject.store.end({ tag, reason })
    assertEqual(await replace(subject, version), 'conflict', 'replace')
    assertEqual(await seen(subject), { ...record(1), open: false, ended: reason }, 'the record')
  },
  async 'ends a record once, and keeps the first reason'(subject) {
    await created(subject, { tags: [tag] })
    await subject.store.end({ tag, reason })
    const version = await versionOf(subject)
    assertEqual(await subject.store.end({ tag, reason: 'mission_terminated' }), 0, 'the second time')
    const { ended, version: after } = await found(subject)
    assertEqual([ended, after], [reason, version], 'reason and version')
  },
  async 'keeps a record ended when it is replaced'(subject) {
    await created(subject, { tags: [tag] })
    await subject.store.end({ tag, reason })
    assertEqual(await replace(subject, await versionOf(subject)), 'replaced', 'replace')
    assertEqual(await seen(subject), { ...record(2), open: false, ended: reason }, 'the record')
    assertEqual(await create(subject), 'exists', 'a record with its key')
  },
  async 'ends a record by a tag that it got later, and by those that it had'(subject) {
    const { store } = subject
    await created(subject, { tags: [tag] })
    await created(subject, { kind: 'held', tags: [tag] })
    await replace(subject, await versionOf(subject), { tags: [digest('later')] })
    await replace(subject, await versionOf(subject))
    assertEqual(await store.end({ tag: digest('later'), reason }), 1, 'by the later tag')
    assertEqual(await store.end({ tag, reason: 'other' }), 1, 'the other one by the first tag')
    await created(subject, { id: digest('other'), tags: [tag] })
    const other = { ...key, id: digest('other') }
    await replace(subject, await versionOf(subject, other), { ...other, tags: [digest('more')] })
    assertEqual(await store.end({ tag, reason }), 1, 'by a tag that it had')
  },
  async 'ends what is replaced at the same time'(subject) {
    const { store, peer, now } = subject
    for (let round = 0; round < 10; round += 1) {
      const id = digest(`round-${round}`)
      const own = digest(`tag-${round}`)
      const consent = { kind: 'consent', id } as const
      await created(subject, { id, open: false, tags: [own] })
      const version = await versionOf(subject, { ...key, id })
      const creates = entryOf(subject, { ...consent, open: false, tags: [own] })
      const change = () => replace({ store, now }, version, { id, open: false, creates })
      const [verdict] = await (round % 2
        ? Promise.all([change(), peer.end({ tag: own, reason })])
        : Promise.all([peer.end({ tag: own, reason }), change()]).then((both) => both.reverse()))
      const ended = { open: false, ended: reason }
      const after = verdict === 'replaced' ? { ...record(2), ...ended } : { ...record(1), ...ended }
      assertEqual(await seen(subject, { ...key, id }), after, `the record, after ${verdict}`)
      const other = verdict === 'replaced' ? { ...record(1), ...ended } : null
      assertEqual(await seen(subject, consent), other, `the record that was created, after ${verdict}`)
    }
  },
}
