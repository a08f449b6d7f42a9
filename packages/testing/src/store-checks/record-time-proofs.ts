import {
  claim,
  created,
  entryOf,
  keptFor,
  key,
  octets,
  type RecordProofs,
  reason,
  record,
  replace,
  seen,
  tag,
  versionOf,
} from './record-subject.ts'
import { assertEqual } from './store-checks.ts'

/** What takes a clock that can be set. */
export const timed: RecordProofs = {
  async 'finds a record until its time has passed, and not from then on'(subject) {
    await created(subject, { expires: subject.now + 100 })
    await created(subject, { kind: 'held', expires: subject.now + keptFor })
    await subject.advance(90)
    assertEqual(await seen(subject), record(1), 'ten seconds before its end')
    await subject.advance(11)
    assertEqual(await seen(subject), null, 'a second after its end')
    assertEqual(await seen(subject, { ...key, kind: 'held' }), record(1), 'a record that ends later')
  },
  async 'replaces no record whose time has passed, and creates another one'(subject) {
    await created(subject, { expires: subject.now + 100 })
    const version = await versionOf(subject)
    await subject.advance(101)
    assertEqual(await replace(subject, version), 'missing', 'replace')
    await created(subject, { octets: octets(3) })
    assertEqual(await replace(subject, version), 'conflict', 'the version of the record that is gone')
    assertEqual(await seen(subject), record(3), 'the record')
  },
  async 'goes by the time of the last version'(subject) {
    const held = { ...key, kind: 'held' } as const
    await created(subject, { expires: subject.now + 100 })
    await created(subject, { ...held, expires: subject.now + keptFor })
    await replace(subject, await versionOf(subject), { expires: subject.now + 300 })
    await replace(subject, await versionOf(subject, held), { ...held, expires: subject.now + 100 })
    await subject.advance(101)
    assertEqual(
      [await seen(subject), await seen(subject, held)],
      [record(2), null],
      'a longer and a shorter time',
    )
    await subject.advance(200)
    assertEqual(await seen(subject), null, 'after the longer time')
  },
  async 'creates a record again when the time of the first has passed'(subject) {
    const creates = entryOf(subject, { ...claim, octets: octets(7), expires: subject.now + 300 })
    await created(subject)
    await created(subject, { ...claim, expires: subject.now + 100 })
    assertEqual(await replace(subject, await versionOf(subject), { creates }), 'exists', 'before')
    await subject.advance(101)
    assertEqual(await replace(subject, await versionOf(subject), { creates }), 'replaced', 'after')
    assertEqual(await seen(subject, claim), record(7), 'the record')
  },
  async 'ends no record whose time has passed, and not the one after it'(subject) {
    await created(subject, { tags: [tag], expires: subject.now + 100 })
    await subject.advance(101)
    assertEqual(await subject.store.end({ tag, reason }), 0, 'how many it ended')
    await created(subject)
    assertEqual(await subject.store.end({ tag, reason }), 0, 'how many it ended of records without the tag')
    assertEqual(await seen(subject), record(1), 'the record that was created again')
  },
  async 'keeps an ended record until its time has passed'(subject) {
    await created(subject, { tags: [tag], expires: subject.now + 100 })
    await subject.store.end({ tag, reason })
    await subject.advance(90)
    assertEqual(await seen(subject), { ...record(1), open: false, ended: reason }, 'before')
    await subject.advance(11)
    assertEqual(await seen(subject), null, 'after')
  },
}
