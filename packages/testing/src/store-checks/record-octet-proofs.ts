import {
  assertFull,
  assertRoom,
  createEach,
  large,
  largeRecord,
  most,
  one,
  own,
  some,
  two,
} from './record-shares.ts'
import {
  bounds,
  create,
  digest,
  found,
  keptFor,
  key,
  octets,
  type RecordProofs,
  record,
  replace,
  seen,
  versionOf,
} from './record-subject.ts'
import { assertEqual, count } from './store-checks.ts'
/** What a store promises that bounds octets. */
export const octetBounds: RecordProofs = {
  async 'refuses octets of an owner beyond a tenth, open or not'(subject) {
    await assertRoom(subject, 'first', { ...own, ...largeRecord }, 'most of it')
    await assertFull(subject, 'second', { ...own, ...largeRecord }, 'as much again')
    await assertRoom(subject, 'other', largeRecord, 'those of another owner')
  },
  async 'refuses octets of an unlisted issuer beyond a tenth'(subject) {
    const unlisted = { ...largeRecord, issuer: one, listed: false }
    await assertRoom(subject, 'first', unlisted, 'most of it')
    await assertFull(subject, 'second', unlisted, 'as much again')
    await assertRoom(subject, 'other', { ...unlisted, issuer: two }, 'those of another issuer')
  },
  async 'refuses octets of a listed issuer beyond its share, and no others'(subject) {
    const verdicts = await createEach(subject, some(20), largeRecord)
    const held = count(verdicts, 'created')
    assertEqual(held > most / 2 && held <= most, true, `${held} of at most ${most}`)
    await assertRoom(
      subject,
      'other',
      { ...largeRecord, issuer: 'https://other-ap.example' },
      'another issuer',
    )
    await assertRoom(
      subject,
      'unlisted',
      { ...largeRecord, issuer: one, listed: false },
      'an unlisted issuer',
    )
  },
  async 'refuses octets of all unlisted issuers beyond their share, and no others'(subject) {
    let held = 0
    for (const name of some(20, 'https://issuer-')) {
      const given = { ...largeRecord, id: digest(name), owner: digest(name), issuer: name, listed: false }
      if ((await create(subject, given)) === 'created') held += 1
    }
    assertEqual(held > most / 2 && held <= most, true, `${held} of at most ${most}`)
    await assertRoom(subject, 'listed', largeRecord, 'those of a listed issuer')
  },
  async 'counts each record for more than its octets, so that there are not too many'(subject) {
    const verdicts = await createEach(subject, some(bounds.maxOctets / 400), {
      octets: octets(),
      open: false,
    })
    const held = count(verdicts, 'created')
    assertEqual(held <= bounds.maxOctets / 500, true, `${held} records without octets`)
  },
  async 'counts reserved octets from the beginning, and replaces within them whatever others hold'(subject) {
    const first = { ...key, id: digest('first') }
    const reserved = { octets: octets(1), open: false, reserved: large.length }
    await assertRoom(subject, 'first', { ...own, ...reserved }, 'the first')
    await assertFull(subject, 'second', { ...own, ...reserved }, 'the second of one owner')
    await createEach(subject, some(20), largeRecord)
    const change = { id: first.id, open: false, octets: large }
    assertEqual(await replace(subject, await versionOf(subject, first), change), 'replaced', 'within them')
    assertEqual((await found(subject, first)).octets.length, large.length, 'its octets')
  },
  async 'replaces a record beyond what was reserved only where there is space'(subject) {
    const first = { ...key, id: digest('first') }
    await assertRoom(subject, 'first', { ...own, open: false }, 'the first')
    await assertRoom(subject, 'second', { ...own, ...largeRecord }, 'the second')
    const version = await versionOf(subject, first)
    const change = { id: first.id, open: false, octets: large }
    assertEqual(await replace(subject, version, change), 'full', 'beyond it')
    assertEqual(await seen(subject, first), { ...record(1), open: false }, 'the record')
    const second = { ...key, id: digest('second') }
    const less = { id: second.id, open: false, octets: octets(2) }
    assertEqual(await replace(subject, await versionOf(subject, second), less), 'replaced', 'with fewer')
    assertEqual(await replace(subject, version, change), 'replaced', 'once there is space')
  },
}

/** Likewise, with a clock that can be set. */
export const timedBounds: RecordProofs = {
  async 'gives the shares back when the time of records has passed'(subject) {
    const ending = { expires: subject.now + 100 }
    await createEach(subject, some(2), { ...own, ...ending })
    const unlisted = { ...largeRecord, ...ending, issuer: one, listed: false }
    await assertRoom(subject, 'first', unlisted, 'octets')
    await createEach(subject, some(20, 'closed-'), { ...largeRecord, ...ending })
    await subject.advance(101)
    await assertRoom(subject, 'open', own, 'an open record')
    await assertRoom(
      subject,
      'octets',
      { ...unlisted, expires: subject.now + keptFor },
      'octets of the issuer',
    )
    const again = await createEach(subject, some(20, 'again-'), largeRecord)
    assertEqual(count(again, 'created') > most / 2, true, 'octets of all')
  },
  async 'gives no share back before the time of a record has passed'(subject) {
    await createEach(subject, some(2), { ...own, expires: subject.now + 100 })
    const first = { ...key, id: digest('record-0') }
    const longer = { id: first.id, expires: subject.now + keptFor }
    await replace(subject, await versionOf(subject, first), longer)
    await subject.advance(90)
    await assertFull(subject, 'before', own, 'ten seconds before')
    await subject.advance(11)
    await assertRoom(subject, 'after', own, 'after the time of one')
    await assertFull(subject, 'over', own, 'before the time of the other')
  },
}
