import {
  create,
  created,
  digest,
  entryOf,
  found,
  key,
  kinds,
  octets,
  type RecordProofs,
  type RecordSubject,
  record,
  replace,
  seen,
  versionOf,
} from './record-subject.ts'
import { assertEqual, count, numbered, type Pair } from './store-checks.ts'

/** What every store can be asked at any time. */
export const timeless: RecordProofs = {
  async 'finds the record that was created, and only that'(subject) {
    assertEqual(await seen(subject), null, 'an empty store')
    await created(subject)
    assertEqual(await seen(subject), record(1), 'the record')
    assertEqual(await seen(subject, { ...key, id: digest('other') }), null, 'another id')
  },
  async 'tells records of different kinds with one id apart'(subject) {
    for (const [index, kind] of kinds.entries())
      await created(subject, { kind, octets: octets(index), open: false })
    for (const [index, kind] of kinds.entries())
      assertEqual(await seen(subject, { ...key, kind }), { ...record(index), open: false }, kind)
  },
  async 'returns the octets and the time of a record as they were handed to it'(subject) {
    const every = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256)
    const expires = subject.now + 1000.5
    await created(subject, { octets: every, expires })
    await created(subject, { kind: 'held', octets: octets() })
    const one = await found(subject)
    assertEqual([...one.octets], [...every], 'every octet')
    assertEqual(one.expires, expires, 'the time')
    assertEqual(await seen(subject, { ...key, kind: 'held' }), record(), 'no octets')
  },
  async 'creates a record once, and keeps the first'(subject) {
    await created(subject)
    assertEqual(await create(subject, { octets: octets(2), owner: digest('other') }), 'exists', 'again')
    assertEqual(await seen(subject), record(1), 'the record')
  },
  async 'creates one of the records that are created with one key at the same time'(subject) {
    const { store, peer, now } = subject
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? store : peer).create(entryOf({ now }, { octets: octets(index) })),
      ),
    )
    assertEqual([count(verdicts, 'created'), count(verdicts, 'exists')], [1, 19], 'verdicts')
    assertEqual(await seen(subject), record(verdicts.indexOf('created')), 'the record')
  },
  async 'replaces the version that it is given'(subject) {
    await created(subject)
    const first = await versionOf(subject)
    assertEqual(
      await replace(subject, first, { open: false, expires: subject.now + 700 }),
      'replaced',
      'once',
    )
    assertEqual(await seen(subject), { ...record(2), open: false }, 'the record')
    const second = await found(subject)
    assertEqual(second.expires, subject.now + 700, 'the time')
    assertEqual(await replace(subject, second.version, { octets: octets(3) }), 'replaced', 'twice')
    assertEqual(await seen(subject), record(3), 'the record')
  },
  async 'replaces no other version, and no record that is not there'(subject) {
    await created(subject)
    const first = await versionOf(subject)
    await replace(subject, first)
    assertEqual(await replace(subject, first, { octets: octets(3) }), 'conflict', 'an earlier version')
    assertEqual(await replace(subject, 'none', { octets: octets(3) }), 'conflict', 'a version of nobody')
    assertEqual(await seen(subject), record(2), 'the record')
    const other = { ...key, id: digest('other') }
    const version = await versionOf(subject)
    assertEqual(await replace(subject, version, other), 'missing', 'another record')
    assertEqual(await seen(subject, other), null, 'the other record')
  },
  async 'replaces a version once, whoever does it at the same time'(subject) {
    await created(subject)
    const version = await versionOf(subject)
    const { store, peer, now } = subject
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        replace({ store: index % 2 ? store : peer, now }, version, { octets: octets(index) }),
      ),
    )
    assertEqual([count(verdicts, 'replaced'), count(verdicts, 'conflict')], [1, 19], 'verdicts')
    assertEqual(await seen(subject), record(verdicts.indexOf('replaced')), 'the record')
  },
  async 'gives out a version once'(subject) {
    const versions: string[] = []
    await created(subject)
    await created(subject, { kind: 'held' })
    versions.push(await versionOf(subject), await versionOf(subject, { ...key, kind: 'held' }))
    for (let i = 0; i < 3; i += 1) {
      await replace(subject, await versionOf(subject))
      versions.push(await versionOf(subject))
    }
    assertEqual(new Set(versions).size, versions.length, `different ones of ${versions}`)
  },
  async 'gives out another version for a record that is created again'(subject) {
    await created(subject)
    const version = await versionOf(subject)
    assertEqual(await replace(subject, version, { expires: subject.now - 10 }), 'replaced', 'its end')
    assertEqual(await seen(subject), null, 'the record')
    await created(subject)
    assertEqual(await replace(subject, version), 'conflict', 'the version of the first record')
  },
  async 'does not change with what was handed to it, or with what it returned'(subject) {
    const handed = octets(1)
    await created(subject, { octets: handed })
    handed[0] = 9
    const returned = (await found(subject)).octets
    returned[0] = 9
    assertEqual(await seen(subject), record(1), 'the record')
    const other = octets(2)
    await replace(subject, await versionOf(subject), { octets: other })
    other[0] = 9
    assertEqual(await seen(subject), record(2), 'the record after it was replaced')
  },
}

/** A store has to tell issuers apart, since they have shares. */
export async function tellsApart(subject: RecordSubject, one: Pair, other: Pair): Promise<void> {
  const [full, free] = one[1] === other[1] ? [one[0], other[0]] : [one[1], other[1]]
  const make = (of: string, name: string) =>
    create(subject, { id: digest(name), owner: digest(name), issuer: of, listed: false })
  for (const name of numbered(8, 'full-')) await make(full, name)
  assertEqual(await make(free, 'free'), 'created', `a record of the issuer ${JSON.stringify(free)}`)
}
