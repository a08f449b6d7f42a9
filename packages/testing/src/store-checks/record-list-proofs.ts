import type { RecordKey } from '@aauth-guard/core'
import {
  create,
  created,
  digest,
  entryOf,
  key,
  kinds,
  type RecordProofs,
  type RecordSubject,
  reason,
  replace,
  tag,
  versionOf,
} from './record-subject.ts'
import { assertEqual, numbered } from './store-checks.ts'

const other = digest('other-tag')

/** Keys as they can be compared, whatever the order of the store. */
function namesOf(keys: readonly RecordKey[]): string[] {
  return keys.map(({ kind, id }) => `${kind} ${id}`).sort()
}

/** What a process lists by a tag, in one page. */
async function listed({ peer }: Pick<RecordSubject, 'peer'>, of: string = tag): Promise<string[]> {
  return namesOf(await peer.list({ tag: of, limit: 100 }))
}

/** What lists records by a tag. */
export const lists: RecordProofs = {
  async 'lists the records that have a tag, and no others'(subject) {
    assertEqual(await listed(subject), [], 'an empty store')
    for (const [index, kind] of kinds.entries())
      await created(subject, { kind, open: index % 2 === 0, tags: [other, tag] })
    await created(subject, { id: digest('other'), open: false, tags: [other] })
    const all = kinds.map((kind) => ({ kind, id: key.id }))
    assertEqual(await listed(subject), namesOf(all), 'the tag of four kinds')
    assertEqual(
      await listed(subject, other),
      namesOf([...all, { ...key, id: digest('other') }]),
      'the tag of all',
    )
    assertEqual(await listed(subject, digest('none')), [], 'a tag of no record')
  },
  async 'lists records that were ended'(subject) {
    await created(subject, { tags: [tag] })
    await subject.store.end({ tag, reason })
    assertEqual(await listed(subject), namesOf([key]), 'the ended record')
  },
  async 'lists each record in one page, also when the last one of a page is gone'(subject) {
    const ids = numbered(11, 'listed-').map(digest)
    for (const id of ids) await created(subject, { id, owner: id, open: false, tags: [tag] })
    const pages: RecordKey[][] = []
    for (let after: RecordKey | undefined; pages.length < 5; after = pages.at(-1)?.at(-1)) {
      if (after !== undefined) {
        const version = await versionOf(subject, after)
        await replace(subject, version, { ...after, open: false, expires: subject.now - 10 })
      }
      pages.push([...(await subject.peer.list({ tag, after, limit: 4 }))])
      if ((pages.at(-1)?.length ?? 0) < 4) break
    }
    assertEqual(
      pages.map(({ length }) => length),
      [4, 4, 3],
      'the lengths of the pages',
    )
    assertEqual(namesOf(pages.flat()), namesOf(ids.map((id) => ({ ...key, id }))), 'all pages')
  },
  async 'lists records of several kinds page by page'(subject) {
    for (const kind of kinds) await created(subject, { kind, open: false, tags: [tag] })
    const seen: RecordKey[] = []
    for (let pages = 0; pages < kinds.length; pages += 1)
      seen.push(...(await subject.peer.list({ tag, after: seen.at(-1), limit: 1 })))
    assertEqual(namesOf(seen), namesOf(kinds.map((kind) => ({ kind, id: key.id }))), 'four pages of one')
    assertEqual(await subject.peer.list({ tag, after: seen.at(-1), limit: 1 }), [], 'the page behind them')
  },
  async 'lists a record by a tag that it got later, and not by one that it lost'(subject) {
    await created(subject, { tags: [other] })
    await replace(subject, await versionOf(subject), { tags: [tag] })
    assertEqual(
      [await listed(subject), await listed(subject, other)],
      [namesOf([key]), namesOf([key])],
      'both',
    )
    await replace(subject, await versionOf(subject), { removesTags: [tag, digest('none')] })
    assertEqual(
      [await listed(subject), await listed(subject, other)],
      [[], namesOf([key])],
      'without the tag',
    )
    await replace(subject, await versionOf(subject), { tags: [tag] })
    assertEqual(await listed(subject), namesOf([key]), 'with the tag again')
  },
  async 'ends no record by a tag that it lost'(subject) {
    await created(subject, { tags: [tag, other] })
    await replace(subject, await versionOf(subject), { removesTags: [tag] })
    assertEqual(await subject.store.end({ tag, reason }), 0, 'by the tag that it lost')
    assertEqual(await subject.store.end({ tag: other, reason }), 1, 'by the tag that it kept')
  },
  async 'changes no tags of a record that it does not replace'(subject) {
    await created(subject, { tags: [tag] })
    const version = await versionOf(subject)
    const creates = entryOf(subject, { kind: 'claim' })
    await create(subject, { kind: 'claim' })
    const change = { tags: [other], removesTags: [tag] }
    assertEqual(await replace(subject, 'other', change), 'conflict', 'another version')
    assertEqual(
      await replace(subject, version, { ...change, creates }),
      'exists',
      'with a record that exists',
    )
    assertEqual([await listed(subject), await listed(subject, other)], [namesOf([key]), []], 'the tags')
  },
}

/** The same, with a clock that can be set. */
export const timedLists: RecordProofs = {
  async 'lists no record whose time has passed, and fills the page with others'(subject) {
    const ids = numbered(12, 'listed-').map(digest)
    for (const [index, id] of ids.entries()) {
      const expires = subject.now + (index % 3 === 0 ? 300 : 100)
      await created(subject, { id, owner: id, open: false, tags: [tag], expires })
    }
    await subject.advance(101)
    const rest = ids.filter((_, index) => index % 3 === 0).map((id) => ({ ...key, id }))
    const page = await subject.peer.list({ tag, limit: 3 })
    assertEqual(page.length, 3, 'the length of a page')
    const next = await subject.peer.list({ tag, after: page.at(-1), limit: 3 })
    assertEqual(namesOf([...page, ...next]), namesOf(rest), 'both pages')
  },
}
