import type { Link, LinkEntry, LinkStore, LinkVerdict } from '@aauth-guard/core'
import type { LinkBounds } from '@aauth-guard/testing'

/** Faults of a store of links. Without any of them the store here fulfils its contract. */
export interface LinkFlaws {
  /** What it uses as the key of a link. */
  readonly key?: (thumbprint: string) => string
  /** What it keeps of a link. */
  readonly keeps?: (link: LinkEntry) => Link
  readonly forgets?: true
  /** What it does with a second link of a key. */
  readonly again?: 'first' | 'latest-iat' | 'first-time' | 'longest-time'
  /** Whether an add replaces a link that is in the other pool. */
  readonly poolsApart?: true
  /** Seconds by which the clock that it reckons with is ahead of its own. */
  readonly callerAhead?: number
  /** Seconds by its own clock at which a link ends. */
  readonly endsAt?: (entry: LinkEntry, now: number) => number
  readonly wholeOnly?: true
  /** Writes one member after the other, with other calls in between. */
  readonly pauses?: true
  /** Writes back all that it read before a pause. */
  readonly overwrites?: true
  readonly whenFull?: 'grows' | 'refuses' | 'refuses-and-keeps'
  readonly onePool?: true
}

interface Kept {
  readonly link: Link
  readonly until: number
  readonly listed: boolean
}

/** A naive store that evicts the link that was added first. */
export function makeLinks({ max }: LinkBounds, now: () => number, flaws: LinkFlaws = {}): LinkStore {
  const { key = (thumbprint) => thumbprint, keeps = ({ linkedFor: _, listed: __, ...link }) => link } = flaws
  const { endsAt = ({ linkedFor }, second) => second + linkedFor / 1000, callerAhead = 0 } = flaws
  let kept = new Map<string, Kept>()
  let calls = 0
  const idOf = (thumbprint: string, listed: boolean): string =>
    key(thumbprint) + (flaws.poolsApart ? ` ${listed}` : '')

  const makeSpace = (entry: LinkEntry): boolean => {
    const pool = [...kept].filter(([, one]) => flaws.onePool || one.listed === entry.listed)
    if (pool.length < max || flaws.whenFull === 'grows') return true
    if (flaws.whenFull?.startsWith('refuses')) return false
    kept.delete(pool[0]?.[0] as string)
    return true
  }
  const entryOf = (entry: LinkEntry, known: Kept | undefined): Kept => {
    const until = endsAt(entry, now() + callerAhead)
    const link = keeps(entry)
    if (known === undefined) return { link, until, listed: entry.listed }
    if (flaws.again === 'first' || (flaws.again === 'latest-iat' && known.link.iat > entry.iat)) return known
    const times = { 'first-time': known.until, 'longest-time': Math.max(known.until, until) }
    const time = flaws.again === 'first-time' || flaws.again === 'longest-time' ? times[flaws.again] : until
    return { link, until: time, listed: entry.listed }
  }
  return {
    async add(entry): Promise<LinkVerdict> {
      if (flaws.wholeOnly && !Number.isInteger(entry.linkedFor)) throw new RangeError('not an integer')
      const id = idOf(entry.thumbprint, entry.listed)
      const read = new Map(kept)
      const known = kept.get(id)
      calls += 1
      const isLate = calls % 2 === 0
      if (flaws.overwrites) await Promise.resolve()
      if (flaws.overwrites) kept = read
      if (flaws.whenFull !== 'refuses-and-keeps') kept.delete(id)
      else if (known?.listed === entry.listed) kept.delete(id)
      if (!makeSpace(entry)) return 'full'
      const made = entryOf(entry, known)
      kept.set(id, made)
      if (!flaws.pauses) return 'recorded'
      for (let pause = 0; pause < (isLate ? 1 : 3); pause += 1) await Promise.resolve()
      const { link } = kept.get(id) ?? made
      kept.set(id, { ...made, link: { ...made.link, iss: link.iss } })
      return 'recorded'
    },
    async find({ thumbprint }) {
      const ids = new Set([idOf(thumbprint, true), idOf(thumbprint, false)])
      for (const id of ids) {
        const found = kept.get(id)
        // It returns the requested key, as a resource requires, even if it mistook it for another.
        if (found && now() < found.until && !flaws.forgets) return { ...found.link, thumbprint }
      }
      return undefined
    },
  }
}
