import {
  claim,
  created,
  digest,
  entryOf,
  key,
  octets,
  type RecordProofs,
  record,
  replace,
  seen,
  versionOf,
} from './record-subject.ts'
import { assertEqual, count, numbered } from './store-checks.ts'

/** Two changes in one transaction. */
export const transactions: RecordProofs = {
  async 'replaces a record and creates another'(subject) {
    await created(subject)
    const creates = entryOf(subject, { ...claim, octets: octets(7), open: false })
    assertEqual(await replace(subject, await versionOf(subject), { creates }), 'replaced', 'replace')
    assertEqual(await seen(subject), record(2), 'the record')
    assertEqual(await seen(subject, claim), { ...record(7), open: false }, 'the record that was created')
  },
  async 'replaces nothing if the record that it should create exists'(subject) {
    await created(subject)
    await created(subject, { ...claim, octets: octets(7) })
    const version = await versionOf(subject)
    const creates = entryOf(subject, { ...claim, octets: octets(8) })
    assertEqual(await replace(subject, version, { creates }), 'exists', 'replace')
    assertEqual([await seen(subject), await seen(subject, claim)], [record(1), record(7)], 'the records')
    assertEqual(await versionOf(subject), version, 'the version')
  },
  async 'creates nothing if it replaces nothing'(subject) {
    await created(subject)
    const creates = entryOf(subject, claim)
    assertEqual(await replace(subject, 'other', { creates }), 'conflict', 'another version')
    assertEqual(await replace(subject, 'other', { id: digest('other'), creates }), 'missing', 'no record')
    assertEqual(await seen(subject, claim), null, 'the other record')
  },
  async 'creates a record for one of those that are replaced with it at the same time'(subject) {
    const ids = numbered(12, 'held-').map(digest)
    for (const [index, id] of ids.entries())
      await created(subject, { id, open: false, owner: digest(`${index}`) })
    const versions = await Promise.all(ids.map((id) => versionOf(subject, { ...key, id })))
    const { store, peer, now } = subject
    const verdicts = await Promise.all(
      ids.map((id, index) =>
        replace({ store: index % 2 ? store : peer, now }, versions[index] as string, {
          id,
          open: false,
          creates: entryOf({ now }, { ...claim, octets: octets(index), open: false }),
        }),
      ),
    )
    assertEqual([count(verdicts, 'replaced'), count(verdicts, 'exists')], [1, ids.length - 1], 'verdicts')
    const winner = verdicts.indexOf('replaced')
    assertEqual(await seen(subject, claim), { ...record(winner), open: false }, 'the record that was created')
    for (const [index, id] of ids.entries()) {
      const wanted = { ...record(index === winner ? 2 : 1), open: false }
      assertEqual(
        await seen(subject, { ...key, id }),
        wanted,
        `record ${index}, of which ${winner} was replaced`,
      )
    }
  },
}
