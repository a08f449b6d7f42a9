import { randomUUID } from 'node:crypto'
import type {
  CreateVerdict,
  RecordEntry,
  RecordKey,
  RecordStore,
  ReplaceVerdict,
  StoredRecord,
} from '@aauth-guard/core'
import { flag, type RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'
import { create, endRecords, find, list, replace } from './record-operations.ts'

/** How many records of resource-managed access are kept. They are all in one partition. */
export interface RecordLimits {
  /** Open records of one listed issuer, and of all unlisted issuers together; default 1000. */
  readonly max: number
  /**
   * Octets of one listed issuer, and of all unlisted issuers together; default 67 108 864. One owner has at most a tenth,
   * and so has an unlisted issuer. Redis needs about half as much in addition.
   */
  readonly maxOctets: number
  /** Open records of one unlisted issuer; default 100. */
  readonly maxPerIssuer: number
  /** Open records of one owner; default 10. */
  readonly maxPerOwner: number
}

/** Octets that count for each record beside its own. */
const overhead = 512

/** State of resource-managed access. A record and the one that is created with it have to be on one server. */
export const recordKind: RedisKind<RecordStore, RecordLimits> = {
  limits: { max: 1000, maxOctets: 67_108_864, maxPerIssuer: 100, maxPerOwner: 10 },
  reads: [find, list],
  store({ limits: { max, maxOctets, maxPerIssuer, maxPerOwner }, partition, read, writeDurably, durable }) {
    const part = partition('records')
    const roles = ['octets', 'entries', 'ends', 'used', 'tags']
    const place = { partition: part, keys: roles.map((role) => part.key('records', role)) }
    const bounds = [max, maxOctets, maxPerIssuer, maxPerOwner]
    return {
      durable,
      async create(entry) {
        const call = { ...place, args: [...bounds, ...argsOf(entry)] }
        return (await writeDurably(create, call)) as CreateVerdict
      },
      async find(key) {
        return foundIn(await read(find, { ...place, keys: place.keys.slice(0, 2), args: [nameOf(key)] }))
      },
      async replace({ version, octets, reserved, open, expires, tags, removesTags, creates, ...key }) {
        const change = [version, textOf(octets), sizeOf({ octets, reserved }), flag(open), `${expires}`]
        const args = [...bounds, nameOf(key), ...change, randomUUID(), joined(tags), joined(removesTags)]
        if (creates !== undefined) args.push(...argsOf(creates))
        return (await writeDurably(replace, { ...place, args })) as ReplaceVerdict
      },
      async end({ tag, reason }) {
        return Number(await writeDurably(endRecords, { ...place, args: [tag, reason, randomUUID()] }))
      },
      async list({ tag, after, limit }) {
        const from = after === undefined ? '' : nameOf(after)
        const [, metas, , , tags] = place.keys as [string, string, string, string, string]
        const names = await read(list, { ...place, keys: [metas, tags], args: [tag, from, limit] })
        return (names as readonly string[]).map(keyOf)
      },
    }
  },
}

function nameOf({ kind, id }: RecordKey): string {
  return `${kind} ${id}`
}

function keyOf(name: string): RecordKey {
  const [kind, id] = name.split(' ') as [RecordKey['kind'], string]
  return { kind, id }
}

function joined(tags: readonly string[] = []): string {
  return tags.join(',')
}

/** Clients take and return text. */
function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}

function sizeOf({ octets, reserved = 0 }: Pick<RecordEntry, 'octets' | 'reserved'>): number {
  return Math.max(octets.length, reserved) + overhead
}

function argsOf(entry: RecordEntry): (string | number)[] {
  const { octets, open, owner, issuer, listed, tags, expires } = entry
  return [
    nameOf(entry),
    textOf(octets),
    sizeOf(entry),
    flag(open),
    owner,
    hashed(issuer),
    flag(listed),
    tags.join(','),
    `${expires}`,
    randomUUID(),
  ]
}

function foundIn(reply: unknown): StoredRecord | undefined {
  if (reply === null) return undefined
  const [octets, open, version, expires, ended] = (reply as unknown[]).map(String)
  return {
    octets: Uint8Array.from(Buffer.from(octets as string, 'base64')),
    open: open === '1',
    version: version as string,
    expires: Number(expires),
    ...(ended !== '' && { ended }),
  }
}
