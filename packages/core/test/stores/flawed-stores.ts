import type { RevocationStore } from '@aauth-guard/core'
import type { RevocationBounds } from '@aauth-guard/testing'

/** Faults of a store. Without any of them the stores here fulfil their contracts. */
export interface Flaws {
  /** What it uses as the key of a pair. */
  readonly key?: (scope: string, name: string) => string
  /** What it uses as the scope whose share is counted. */
  readonly shareOf?: (scope: string) => string
  /** Whether it finds entries that it does not hold. */
  readonly inherits?: (scope: string, name: string) => boolean
  readonly forgets?: boolean
  /** Seconds that it keeps entries beyond the contract; negative for less. */
  readonly keeps?: number
  /** What it does with an entry that is added again. */
  readonly again?: 'latest' | 'earliest' | 'counted' | 'full'
  /** What it does when a share, or all places, are used up. */
  readonly whenFull?: 'evicts' | 'evicts-anybody' | 'grows' | 'grows-beyond-all'
  /** Finds no entries whose token has expired. */
  readonly hidesExpired?: boolean
  /** Has no separate places for listed issuers. */
  readonly unlistedOnly?: boolean
  /** Lets other calls run between reading and writing. */
  readonly pauses?: boolean
  /** Writes back all that it read before a pause. */
  readonly overwrites?: boolean
  /** Reports only the first purge of an issuer, that of any issuer, or none; or drops revocations with it. */
  readonly purges?: 'first' | 'anybody' | 'nobody' | 'forgets' | 'drops'
  /** Takes an entry that it forgot for a new one after the clock went back. */
  readonly trustsClock?: boolean
}

type Entry = readonly [share: string, until: number]
type Outcome = 'new' | 'known' | 'full'

function makeMemory(flaws: Flaws, max: number, share: number) {
  const key = flaws.key ?? ((scope, name) => JSON.stringify([scope, name]))
  const shareOf = flaws.shareOf ?? ((scope) => scope)
  let entries = new Map<string, Entry>()
  let forgotten = 0
  const has = (scope: string, name: string): boolean =>
    flaws.inherits?.(scope, name) || (!flaws.forgets && entries.has(key(scope, name)))
  const put = async (scope: string, name: string, until: number, now: number): Promise<Outcome> => {
    const own = shareOf(scope)
    for (const [id, [, end]] of entries) {
      if (end + (flaws.keeps ?? 0) >= now) continue
      entries.delete(id)
      forgotten = Math.max(forgotten, end)
    }
    const id = key(scope, name)
    const known = entries.get(id)
    const read = new Map(entries)
    const used = [...entries.values()].filter(([owner]) => owner === own).length
    if (flaws.pauses || flaws.overwrites) await Promise.resolve()
    if (flaws.overwrites) entries = read
    const ends = { latest: until, earliest: known?.[1] ?? until }
    if (known !== undefined && flaws.again === 'full' && used >= share) return 'full'
    if (known !== undefined && flaws.again !== 'counted') {
      const end = flaws.again === 'latest' || flaws.again === 'earliest' ? ends[flaws.again] : undefined
      entries.set(id, [own, end ?? Math.max(known[1], until)])
      return 'known'
    }
    if (!flaws.trustsClock && until <= forgotten) return 'known'
    const [shareUsed, allUsed] = [used >= share, entries.size >= max]
    const [oldest] =
      [...entries].find(([, [owner]]) => owner === own || flaws.whenFull === 'evicts-anybody') ?? []
    if (shareUsed && flaws.whenFull === 'evicts') entries.delete(oldest as string)
    else if (shareUsed && flaws.whenFull !== 'grows') return 'full'
    if (allUsed && flaws.whenFull === 'evicts-anybody') entries.delete(oldest as string)
    else if (allUsed && flaws.whenFull !== 'grows-beyond-all') return 'full'
    entries.set(flaws.again === 'counted' ? `${id}${entries.size}` : id, [own, until])
    if (flaws.again === 'counted') entries.set(id, [own, until])
    return 'new'
  }
  return { has, put }
}

/** A store whose clock is that of the system until a check advances it. */
export interface ClockedRevocations extends RevocationStore {
  advance(seconds: number): void
}

export function makeRevocations(
  { max, maxPerIssuer }: RevocationBounds,
  flaws: Flaws = {},
): ClockedRevocations {
  const shares = flaws.unlistedOnly ? max : Number.POSITIVE_INFINITY
  const unlisted = makeMemory({ trustsClock: true, ...flaws }, max, maxPerIssuer)
  const named = flaws.unlistedOnly
    ? unlisted
    : makeMemory({ trustsClock: true, ...flaws }, shares, maxPerIssuer)
  const purges = new Map<string, number>()
  const ends = new Map<string, number>()
  let shift = 0
  const now = (): number => Math.floor(Date.now() / 1000) + shift
  const purgeOf = (iss: string): number | undefined =>
    flaws.purges === 'anybody' ? [...purges.values()].at(-1) : purges.get(iss)
  return {
    advance(seconds) {
      shift += seconds
      if (flaws.purges === 'forgets') purges.clear()
    },
    async find({ iss, jti }) {
      const isHidden = flaws.hidesExpired && (ends.get(`${iss} ${jti}`) ?? 0) < now()
      const isGone = isHidden || (flaws.purges === 'drops' && purges.has(iss))
      const revoked = !isGone && (unlisted.has(iss, jti) || named.has(iss, jti))
      const purgedAt = flaws.purges === 'nobody' ? undefined : purgeOf(iss)
      return { revoked, ...(purgedAt !== undefined && { purgedAt }) }
    },
    async add({ iss, jti, exp, listed }) {
      const memory = listed ? named : unlisted
      ends.set(`${iss} ${jti}`, exp)
      return (await memory.put(iss, jti, exp + 60, now())) === 'full' ? 'full' : 'recorded'
    },
    async purge({ iss }) {
      if (flaws.purges !== 'first' || !purges.has(iss)) purges.set(iss, now())
      return purges.get(iss) as number
    },
  }
}

const joined = (delimiter: string): Flaws => ({ key: (scope, name) => scope + delimiter + name })
const folded = (fold: (name: string) => string): Flaws => ({
  key: (scope, name) => JSON.stringify([scope, fold(name)]),
})

/** Keys that are changed before use. */
export const flawedKeys: Readonly<Record<string, Flaws>> = {
  ...Object.fromEntries(
    [' ', ':', '|', '/', '#', ',', '.', '-', '_', '::', '\n', '\0', '"', '{', '}'].map((delimiter) => [
      `joins keys with ${JSON.stringify(delimiter)}`,
      joined(delimiter),
    ]),
  ),
  'folds case': folded((name) => name.toLowerCase()),
  trims: folded((name) => name.trim()),
  normalises: folded((name) => name.normalize()),
  'cuts at 255 characters': folded((name) => name.slice(0, 255)),
  'takes digits for numbers': folded((name) => (/^\d+$/.test(name) ? String(Number(name)) : name)),
  'takes names for patterns': folded((name) => (name === '*' ? 'token' : name)),
  'looks names up in an object': folded((name) => (name in {} ? 'inherited' : name)),
  'looks scopes up in an object': {
    key: (scope, name) => JSON.stringify([scope in {} ? 'inherited' : scope, name]),
  },
}
