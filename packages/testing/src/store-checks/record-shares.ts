import type { CreateVerdict, RecordEntry } from '@aauth-guard/core'
import { bounds, create, digest, key, type RecordSubject, seen } from './record-subject.ts'
import { assertEqual, numbered } from './store-checks.ts'

export type Given = Partial<RecordEntry>

/** Creates records with names of their own, each of an owner of its own unless something else is said. */
export async function createEach(
  subject: Pick<RecordSubject, 'store' | 'now'>,
  names: readonly string[],
  entry: Given = {},
): Promise<CreateVerdict[]> {
  const verdicts: CreateVerdict[] = []
  for (const name of names)
    verdicts.push(await create(subject, { id: digest(name), owner: digest(name), ...entry }))
  return verdicts
}

export const some = (length: number, prefix = 'record-'): string[] => numbered(length, prefix)

export async function assertRoom(
  subject: RecordSubject,
  name: string,
  entry: Given,
  rule: string,
): Promise<void> {
  assertEqual(await createEach(subject, [name], entry), ['created'], rule)
}

export async function assertFull(
  subject: RecordSubject,
  name: string,
  entry: Given,
  rule: string,
): Promise<void> {
  assertEqual(await createEach(subject, [name], entry), ['full'], rule)
  assertEqual(await seen(subject, { ...key, id: digest(name) }), null, `${rule}: the record`)
}

/** Octets that a tenth of the bound has space for once. */
export const large: Uint8Array = new Uint8Array(8000)
export const largeRecord: Given = { octets: large, open: false }
/** How many of them all have space for. */
export const most: number = bounds.maxOctets / large.length
export const own: { readonly owner: string } = { owner: digest('own') }
export const one = 'https://unlisted-one.example'
export const two = 'https://unlisted-two.example'
export const three = 'https://unlisted-three.example'
