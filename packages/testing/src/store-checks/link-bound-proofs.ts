import { add, bounds, find, type LinkProofs, type LinkSubject, otherProvider } from './link-proofs.ts'
import { assertEqual, numbered } from './store-checks.ts'

const few = numbered(bounds.max, 'few-')
const many = numbered(4 * bounds.max, 'many-')

/** What a store promises that has bounds. */
export const boundedOnly: LinkProofs = {
  async 'holds no more links of listed providers than it may'(subject) {
    await isBounded(subject, true)
  },
  async 'holds no more links of unlisted providers than it may'(subject) {
    await isBounded(subject, false)
  },
  async 'keeps the links of listed providers when unlisted ones use up their space'(subject) {
    await addEach(subject, few, true)
    await addEach(subject, many, false)
    assertEqual((await found(subject, few)).length, few.length, 'links of listed providers')
  },
  async 'keeps the links of unlisted providers when listed ones use up their space'(subject) {
    await addEach(subject, few, false)
    await addEach(subject, many, true)
    assertEqual((await found(subject, few)).length, few.length, 'links of unlisted providers')
  },
  async 'finds no older link of a key for whose last link there is no space'(subject) {
    await addEach(subject, few, false)
    await addEach(subject, many, true)
    for (const thumbprint of few) {
      const verdict = await add(subject, { thumbprint, iss: otherProvider, listed: true })
      const iss = (await find(subject.peer, thumbprint))?.iss ?? null
      assertEqual([verdict, iss], [verdict, verdict === 'full' ? null : otherProvider], 'a key linked again')
    }
  },
}

async function addEach(subject: LinkSubject, thumbprints: readonly string[], listed: boolean): Promise<void> {
  for (const thumbprint of thumbprints) await add(subject, { thumbprint, listed })
}

async function found({ peer }: LinkSubject, thumbprints: readonly string[]): Promise<string[]> {
  const linked: string[] = []
  for (const thumbprint of thumbprints) if (await find(peer, thumbprint)) linked.push(thumbprint)
  return linked
}

async function isBounded(subject: LinkSubject, listed: boolean): Promise<void> {
  await addEach(subject, many, listed)
  const { length } = await found(subject, many)
  assertEqual(length > 0 && length <= bounds.max, true, `${length} of at most ${bounds.max} links`)
}
