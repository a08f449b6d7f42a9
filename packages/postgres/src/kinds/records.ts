import type {
  CreateVerdict,
  RecordEntry,
  RecordKey,
  RecordStore,
  ReplaceVerdict,
  StoredRecord,
} from '@aauth-guard/core'
import { nameOf, partsOf } from '../names.ts'
import type { Kind } from './kind.ts'

/** Octets that count for each record beside its own. */
const overhead = 512

/** State of resource-managed access. Its changes are written even if the server has `synchronous_commit = off`. */
export const records: Kind<RecordStore> = ({ database, batch, limits, shared }) => ({
  ...shared,
  durable: true,

  create: (entry) =>
    database.call('create_record', { ...questionOf(entry), ...limits.records }) as Promise<CreateVerdict>,

  async find(key): Promise<StoredRecord | undefined> {
    const found = (await batch.ask('find_records', { name: recordName(key) })) as FoundRow | null
    if (found === null) return undefined
    const { octets, ended, ...rest } = found
    return {
      ...rest,
      octets: Uint8Array.from(Buffer.from(octets, 'base64')),
      ...(ended !== null && { ended }),
    }
  },

  replace: ({ kind, id, version, octets, reserved, open, expires, tags = [], removesTags = [], creates }) =>
    database.call('replace_record', {
      name: recordName({ kind, id }),
      version,
      octets: textOf(octets),
      size: sizeOf({ octets, reserved }),
      open,
      expires,
      tags,
      removesTags,
      creates: creates === undefined ? null : questionOf(creates),
      ...limits.records,
    }) as Promise<ReplaceVerdict>,

  end: ({ tag, reason }) => database.call('end_records', { tag, reason }) as Promise<number>,

  async list({ tag, after, limit }): Promise<readonly RecordKey[]> {
    const names = await database.call('list_records', { tag, after: after && recordName(after), limit })
    return (names as readonly string[]).map(keyOf)
  },
})

type FoundRow = Omit<StoredRecord, 'octets' | 'ended'> & {
  readonly octets: string
  readonly ended: string | null
}

function recordName({ kind, id }: RecordKey): string {
  return nameOf(kind, id)
}

function keyOf(name: string): RecordKey {
  const [kind, id] = partsOf(name) as [RecordKey['kind'], string]
  return { kind, id }
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}

function sizeOf({ octets, reserved = 0 }: Pick<RecordEntry, 'octets' | 'reserved'>): number {
  return Math.max(octets.length, reserved) + overhead
}

function questionOf(entry: RecordEntry): object {
  const { octets, open, owner, issuer, listed, tags, expires } = entry
  return {
    name: recordName(entry),
    octets: textOf(octets),
    size: sizeOf(entry),
    open,
    owner,
    issuer: nameOf(issuer),
    listed,
    tags,
    expires,
  }
}
