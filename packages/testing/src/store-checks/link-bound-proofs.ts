import type { LinkEntry } from '@aauth-guard/core'
import {
  add,
  bounds,
  find,
  type LinkProofs,
  type LinkSubject,
  otherProvider,
  provider,
} from './link-proofs.ts'
import { assertEqual, numbered } from './store-checks.ts'

type Named = Pick<LinkEntry, 'thumbprint' | 'iss' | 'listed'>

/** Each pool is used up by one provider, so that it does not matter whether shares are those of pools or of providers. */
const links = (length: number, prefix: string, listed: boolean): Named[] =>
  numbered(length, prefix).map((thumbprint) => ({
    thumbprint,
    iss: listed ? provider : otherProvider,
    listed,
  }))
const few = (listed: boolean): Named[] => links(bounds.max, 'few-', listed)
const many = (listed: boolean): Named[] => links(4 * bounds.max, 'many-', listed)

/** What a store promises that has bounds. */
export const boundedOnly: LinkProofs = {
  async 'holds no more links of listed providers than it may'(subject) {
    await isBounded(subject, true)
  },
  async 'holds no more links of unlisted providers than it may'(subject) {
    await isBounded(subject, false)
  },
  async 'keeps the links of listed providers when unlisted ones use up their space'(subject) {
    await keepsLinks(subject, true)
  },
  async 'keeps the links of unlisted providers when listed ones use up their space'(subject) {
    await keepsLinks(subject, false)
  },
  async 'finds no older link of a key for whose last link there is no space'(subject) {
    await addEach(subject, [...few(false), ...many(true)])
    for (const { thumbprint } of few(false)) {
      const verdict = await add(subject, { thumbprint, iss: provider, listed: true })
      const iss = (await find(subject.peer, thumbprint))?.iss ?? null
      assertEqual(
        [verdict, iss],
        [verdict, verdict === 'full' ? null : provider],
        'a key that is linked again',
      )
    }
  },
}

async function addEach(subject: LinkSubject, entries: readonly Named[]): Promise<void> {
  for (const entry of entries) await add(subject, entry)
}

async function countFound({ peer }: LinkSubject, entries: readonly Named[]): Promise<number> {
  let found = 0
  for (const { thumbprint } of entries) if (await find(peer, thumbprint)) found += 1
  return found
}

async function isBounded(subject: LinkSubject, listed: boolean): Promise<void> {
  await addEach(subject, many(listed))
  const held = await countFound(subject, many(listed))
  assertEqual(held > 0 && held <= bounds.max, true, `${held} of at most ${bounds.max} links`)
}

async function keepsLinks(subject: LinkSubject, listed: boolean): Promise<void> {
  await addEach(subject, few(listed))
  const before = await countFound(subject, few(listed))
  assertEqual(before > 0, true, `${before} links that found space`)
  await addEach(subject, many(!listed))
  assertEqual(await countFound(subject, few(listed)), before, 'links that are still there')
}
