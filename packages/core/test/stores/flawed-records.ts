import type { RecordChange, RecordEntry, RecordKey, RecordStore, StoredRecord } from '@aauth-guard/core'
import type { RecordBounds } from '@aauth-guard/testing'

/** Faults of a store of records. Without any of them the store here fulfils its contract. */
export interface RecordFlaws {
  /** What it uses as the name of a record. */
  readonly key?: (key: RecordKey) => string
  readonly issuer?: (issuer: string) => string
  readonly forgets?: true
  /** Reads, does something else, and writes back, in these calls. */
  readonly pauses?: 'create' | 'replace' | 'creates' | 'quota'
  readonly createOverwrites?: true
  readonly ignoresVersion?: true
  readonly replaceCreatesMissing?: true
  /** Versions are those of a record, or of a record since it was created. */
  readonly versions?: 'constant' | 'count-of-record'
  readonly keeps?: 'octets' | 'text' | 'found'
  readonly ignoresExpires?: true
  readonly wholeSeconds?: true
  readonly keepsOpen?: true
  /** Of a replace with `creates`. */
  readonly transaction?: 'creates-first' | 'replaces-first' | 'never-creates' | 'overwrites'
  readonly end?:
    | 'removes'
    | 'open-only'
    | 'first-tag'
    | 'same-version'
    | 'last-reason'
    | 'later'
    | 'nothing'
    | 'everything'
    | 'expired-too'
    | 'stays-open'
    | 'counts-all'
  readonly tags?: 'ignored-later' | 'replaced-later' | 'of-key'
  readonly removal?: 'ignored' | 'of-all' | 'of-refused'
  readonly list?:
    | 'open-only'
    | 'live-only'
    | 'everything'
    | 'first-tag'
    | 'ignores-limit'
    | 'ignores-after'
    | 'finds-after'
    | 'after-by-id'
    | 'short-pages'
    | 'expired-too'
    | 'forgets-kind'
  readonly replaceRevives?: true
  readonly endsAt?: (record: RecordEntry, first: number) => number
  readonly staleCheck?: 'create' | 'creates'
  /** Which share it does not know, or how it counts. */
  readonly shares?:
    | 'no-owner'
    | 'no-issuer'
    | 'no-pool'
    | 'no-listed'
    | 'one-pool'
    | 'one-listed'
    | 'evicts'
    | 'closed-count'
    | 'closed-kept'
    | 'ended-kept'
    | 'reopens'
    | 'ended-reopened'
    | 'no-owner-octets'
    | 'no-issuer-octets'
    | 'no-listed-octets'
    | 'no-pool-octets'
    | 'open-octets'
    | 'no-overhead'
    | 'no-reserve'
    | 'replace-unchecked'
    | 'replace-checked-anew'
    | 'creates-unchecked'
    | 'creates-uncounted'
    | 'creates-leaks'
    | 'expired-kept'
    | 'full-before-exists'
}

interface Kept extends RecordEntry {
  readonly first: number
  readonly version: string
  readonly ended?: string | undefined
}

/** A naive store, which counts all records whenever it is asked for space. */
export function makeRecords(bounds: RecordBounds, now: () => number, flaws: RecordFlaws = {}): RecordStore {
  const { key = ({ kind, id }) => `${kind} ${id}`, issuer = (iss) => iss, shares, end: endFlaw } = flaws
  const { endsAt = ({ expires }) => expires, list } = flaws
  const kept = new Map<string, Kept>()
  const tagged = new Map<string, readonly string[]>()
  let versions = 0

  const isGone = (record: Kept): boolean => now() >= endsAt(record, record.first)
  const find = (of: RecordKey): Kept | undefined => {
    const found = kept.get(key(of))
    return found !== undefined && !isGone(found) ? found : undefined
  }
  const nextVersion = (before?: string): string => {
    if (flaws.versions === 'constant') return '1'
    versions += 1
    return flaws.versions === 'count-of-record' ? `${Number(before ?? 0) + 1}` : `${versions}`
  }
  const octetsOf = ({ octets, reserved = 0, open }: Kept | RecordEntry): number => {
    if (shares === 'open-octets' && !open) return 0
    const own = shares === 'no-reserve' ? octets.length : Math.max(octets.length, reserved)
    return own + (shares === 'no-overhead' ? 0 : 512)
  }
  const isOpen = (record: Kept | RecordEntry): boolean => shares === 'closed-count' || record.open
  const counted = (): Kept[] => [...kept.values()].filter((one) => shares === 'expired-kept' || !isGone(one))
  const hasSpace = (entry: RecordEntry, before?: Kept): boolean => {
    const others = counted().filter((one) => one !== before)
    const fits = (of: (one: RecordEntry) => boolean, open: number, octets: number): boolean => {
      const all = others.filter(of)
      const opened = all.filter(isOpen).length + (isOpen(entry) ? 1 : 0)
      const held = all.reduce((sum, one) => sum + octetsOf(one), octetsOf(entry))
      const anew = shares === 'replace-checked-anew' || before === undefined
      const opens = anew || (isOpen(entry) && !isOpen(before))
      const grows = anew || octetsOf(entry) > octetsOf(before)
      return (!opens || opened <= open) && (!grows || held <= octets)
    }
    const unless = (name: RecordFlaws['shares'], bound: number): number =>
      shares === name ? Number.POSITIVE_INFINITY : bound
    const { max, maxOctets, maxPerIssuer, maxPerOwner } = bounds
    const sameIssuer = (one: RecordEntry): boolean =>
      shares === 'one-listed' && entry.listed ? one.listed : issuer(one.issuer) === issuer(entry.issuer)
    const owner = fits(
      (one) => one.owner === entry.owner,
      unless('no-owner', maxPerOwner),
      unless('no-owner-octets', maxOctets / 10),
    )
    if (!owner) return false
    if (entry.listed && shares !== 'one-pool')
      return fits(
        (one) => one.listed && sameIssuer(one),
        unless('no-listed', max),
        unless('no-listed-octets', maxOctets),
      )
    return (
      fits(
        (one) => !one.listed && sameIssuer(one),
        unless('no-issuer', maxPerIssuer),
        unless('no-issuer-octets', maxOctets / 10),
      ) &&
      fits(
        (one) => shares === 'one-pool' || !one.listed,
        unless('no-pool', max),
        unless('no-pool-octets', maxOctets),
      )
    )
  }
  const isFull = (entry: RecordEntry): boolean => {
    if (hasSpace(entry)) return false
    if (shares !== 'evicts') return true
    const [oldest] = [...kept].filter(([, one]) => one.owner === entry.owner || one.issuer === entry.issuer)
    if (oldest) kept.delete(oldest[0])
    return false
  }
  const keptOctets = (octets: Uint8Array): Uint8Array => {
    if (flaws.keeps === 'octets') return octets
    return flaws.keeps === 'text'
      ? new TextEncoder().encode(new TextDecoder().decode(octets))
      : octets.slice()
  }
  const add = (entry: RecordEntry): void => {
    const name = key(entry)
    const tags = flaws.tags === 'of-key' ? [...(tagged.get(name) ?? []), ...entry.tags] : [...entry.tags]
    tagged.set(name, tags)
    kept.set(name, {
      ...entry,
      octets: keptOctets(entry.octets),
      tags,
      first: entry.expires,
      version: nextVersion(),
      ended: undefined,
    })
  }
  const tagsAfter = ({ tags }: Kept, change: RecordChange): readonly string[] => {
    const kept = flaws.tags === 'replaced-later' && change.tags ? [] : tags
    const all = flaws.tags === 'ignored-later' ? tags : [...kept, ...(change.tags ?? [])]
    const removed = change.removesTags ?? []
    if (flaws.removal === 'ignored' || removed.length === 0) return all
    return flaws.removal === 'of-all' ? [] : all.filter((tag) => !removed.includes(tag))
  }
  const pause = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) await Promise.resolve()
  }

  return {
    durable: true,
    async create(entry) {
      if (shares === 'full-before-exists' && !hasSpace(entry)) return 'full'
      const known = flaws.staleCheck === 'create' ? kept.get(key(entry)) : find(entry)
      if (known !== undefined && !flaws.createOverwrites) return 'exists'
      if (flaws.pauses === 'create') await pause()
      if (isFull(entry)) return 'full'
      if (flaws.pauses === 'quota') {
        await pause()
      }
      add(entry)
      return 'created'
    },
    async find(of): Promise<StoredRecord | undefined> {
      const found = find(of)
      if (found === undefined || flaws.forgets) return undefined
      const { octets, open, version, expires, ended } = found
      return {
        octets: flaws.keeps === 'found' ? octets : octets.slice(),
        open,
        version,
        expires: flaws.wholeSeconds ? Math.floor(expires) : expires,
        ended,
      }
    },
    async replace(change) {
      const { creates } = change
      let known = find(change)
      if (flaws.removal === 'of-refused' && known !== undefined)
        kept.set(key(change), { ...known, tags: tagsAfter(known, change) })
      if (known === undefined) {
        if (!flaws.replaceCreatesMissing) return 'missing'
        known = { ...[...kept.values()][0], kind: change.kind, id: change.id } as Kept
      }
      if (flaws.transaction === 'creates-first' && creates && find(creates) === undefined) add(creates)
      if (flaws.pauses === 'replace') {
        const isRight = known.version === change.version
        await pause()
        if (!isRight) return 'conflict'
      } else if (known.version !== change.version && !flaws.ignoresVersion) return 'conflict'
      const exists =
        creates !== undefined &&
        flaws.transaction !== 'creates-first' &&
        flaws.transaction !== 'overwrites' &&
        (flaws.staleCheck === 'creates' ? kept.has(key(creates)) : find(creates) !== undefined)
      if (exists && flaws.transaction !== 'replaces-first') return 'exists'
      if (flaws.pauses === 'creates') await pause()
      const { ended } = known
      const stays = flaws.keepsOpen ? known.open : change.open
      const open =
        stays && (ended === undefined || shares === 'ended-reopened' || flaws.replaceRevives === true)
      const next: Kept = {
        ...known,
        octets: keptOctets(change.octets),
        reserved: change.reserved,
        open: shares === 'closed-kept' ? known.open || open : open,
        expires: flaws.ignoresExpires ? known.expires : change.expires,
        version: nextVersion(known.version),
        tags: tagsAfter(known, change),
        ended: flaws.replaceRevives ? undefined : ended,
      }
      const unchecked =
        isGone(next) || shares === 'replace-unchecked' || (shares === 'reopens' && !known.open)
      if (!unchecked && !hasSpace(next, known)) return 'full'
      const name = key(change)
      kept.set(name, next)
      if (exists) return 'exists'
      if (creates && flaws.transaction !== 'creates-first' && flaws.transaction !== 'never-creates') {
        if (shares !== 'creates-unchecked' && shares !== 'creates-uncounted' && !hasSpace(creates)) {
          if (shares === 'creates-leaks') kept.set(name, { ...known, owner: 'nobody' })
          else if (flaws.transaction !== 'replaces-first') kept.set(name, known)
          return 'full'
        }
        add(shares === 'creates-uncounted' ? { ...creates, owner: 'nobody', issuer: creates.id } : creates)
      }
      return 'replaced'
    },
    async list({ tag, after, limit }) {
      const has = ({ tags, open, ended }: Kept): boolean => {
        if (list === 'open-only' && !open) return false
        if (list === 'live-only' && ended !== undefined) return false
        if (list === 'everything') return true
        return list === 'first-tag' ? tags[0] === tag : tags.includes(tag)
      }
      const place = (of: RecordKey): string => (list === 'after-by-id' ? of.id : key(of))
      const listed = [...kept.values()]
        .filter((one) => (list === 'expired-too' || list === 'short-pages' || !isGone(one)) && has(one))
        .sort((one, other) => (place(one) < place(other) ? -1 : 1))
      const isBehind = (one: Kept): boolean =>
        after === undefined || list === 'ignores-after' || place(one) > place(after)
      const behind =
        list === 'finds-after' && after !== undefined
          ? listed.slice(listed.findIndex((one) => key(one) === key(after)) + 1)
          : listed.filter(isBehind)
      const page = list === 'ignores-limit' ? behind : behind.slice(0, limit)
      return page
        .filter((one) => list !== 'short-pages' || !isGone(one))
        .map(({ kind, id }) => ({ kind: list === 'forgets-kind' ? 'held' : kind, id }))
    },
    async end({ tag, reason }) {
      let count = 0
      for (const [name, record] of kept) {
        const [first] = record.tags
        const has = endFlaw === 'first-tag' ? first === tag : record.tags.includes(tag)
        if (!has && endFlaw !== 'everything') continue
        if (isGone(record) && endFlaw !== 'expired-too') continue
        if (endFlaw === 'counts-all') count += 1
        if (record.ended !== undefined && endFlaw !== 'last-reason') continue
        if (endFlaw === 'open-only' && !record.open) continue
        if (endFlaw !== 'counts-all') count += 1
        if (endFlaw === 'nothing') continue
        if (endFlaw === 'removes') {
          kept.delete(name)
          continue
        }
        const ended: Kept = {
          ...record,
          open: endFlaw === 'stays-open' || shares === 'ended-kept' ? record.open : false,
          ended: reason,
          version: endFlaw === 'same-version' ? record.version : nextVersion(record.version),
        }
        if (endFlaw === 'later') void pause().then(() => kept.set(name, ended))
        else kept.set(name, ended)
      }
      return count
    },
  }
}
