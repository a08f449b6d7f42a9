import type {
  CreateVerdict,
  MayWait,
  RecordChange,
  RecordEntry,
  RecordKey,
  RecordKind,
  RecordStore,
  ReplaceVerdict,
  StoredRecord,
} from '@aauth-guard/core'
import { assertEqual, type Proof } from './store-checks.ts'
import type { StoreSubject } from './subject.ts'

/** How much the store of a check may hold. */
export interface RecordBounds {
  /** Open records of one listed issuer, and of all unlisted issuers together. */
  readonly max: number
  /** Octets of one listed issuer, and of all unlisted issuers together. */
  readonly maxOctets: number
  /** Open records of one unlisted issuer. */
  readonly maxPerIssuer: number
  /** Open records of one owner. */
  readonly maxPerOwner: number
}

/** Bounds of the stores that are checked. */
export const bounds: RecordBounds = { max: 8, maxOctets: 100_000, maxPerIssuer: 4, maxPerOwner: 2 }

/** A store of records in use. */
export type RecordSubject = StoreSubject<RecordStore>
export type RecordProofs = Readonly<Record<string, Proof<RecordSubject>>>

/** Seconds for which the records of the checks are kept. */
export const keptFor = 600

export const issuer = 'https://ap.example'

/** A text of 43 characters, as a digest has them. Different names have different digests. */
export function digest(name: string): string {
  return name.padEnd(43, 'A').slice(0, 43)
}

export const kinds: readonly RecordKind[] = ['consent', 'pending', 'held', 'claim']

/** What records are ended by, and why. */
export const tag: string = digest('tag')
export const reason = 'revoked'

/** A record that is created with another. */
export const claim: { readonly kind: 'claim'; readonly id: string } = { kind: 'claim', id: digest('claim') }

export const key: RecordKey = { kind: 'pending', id: digest('one') }

export function octets(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** A record of a listed issuer, unless something else is said. */
export function entryOf({ now }: Pick<RecordSubject, 'now'>, entry: Partial<RecordEntry> = {}): RecordEntry {
  return {
    ...key,
    octets: octets(1),
    open: true,
    owner: digest('owner'),
    issuer,
    listed: true,
    tags: [],
    expires: now + keptFor,
    ...entry,
  }
}

export function create(
  subject: Pick<RecordSubject, 'store' | 'now'>,
  entry?: Partial<RecordEntry>,
): MayWait<CreateVerdict> {
  return subject.store.create(entryOf(subject, entry))
}

/** Creates a record and expects that. @returns the key */
export async function created(
  subject: Pick<RecordSubject, 'store' | 'now'>,
  entry?: Partial<RecordEntry>,
): Promise<RecordKey> {
  assertEqual(await create(subject, entry), 'created', 'create')
  const { kind, id } = entryOf(subject, entry)
  return { kind, id }
}

/** Replaces a version, by default with other octets and nothing else. */
export function replace(
  { store, now }: Pick<RecordSubject, 'store' | 'now'>,
  version: string,
  change: Partial<RecordChange> = {},
): MayWait<ReplaceVerdict> {
  return store.replace({
    ...key,
    version,
    octets: octets(2),
    open: true,
    expires: now + keptFor,
    ...change,
  })
}

/** What a process finds, which has to be there. */
export async function found(
  { peer }: Pick<RecordSubject, 'peer'>,
  of: RecordKey = key,
): Promise<StoredRecord> {
  const record = await peer.find(of)
  if (record === undefined) throw new Error(`find: expected the record ${of.kind} ${of.id}, found none`)
  return record
}

/** The version that a process finds. */
export async function versionOf(subject: Pick<RecordSubject, 'peer'>, of: RecordKey = key): Promise<string> {
  return (await found(subject, of)).version
}

/** What can be foreseen of a record that was found; `null` of none. */
export async function seen({ peer }: Pick<RecordSubject, 'peer'>, of: RecordKey = key): Promise<unknown> {
  const record = await peer.find(of)
  if (record === undefined) return null
  const { octets, open, ended = null } = record
  return { octets: [...octets], open, ended }
}

/** What {@link seen} has to return. */
export function record(...values: readonly number[]): {
  octets: readonly number[]
  open: boolean
  ended: string | null
} {
  return { octets: values, open: true, ended: null }
}
