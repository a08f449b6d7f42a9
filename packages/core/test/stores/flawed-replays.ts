import type { ReplayMark, ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import type { ReplayBounds } from '@aauth-guard/testing'

/** Faults of a replay store. Without any of them the store here fulfils its contract. */
export interface ReplayFlaws {
  /** What it uses as the key of a mark. */
  readonly key?: (scope: string, name: string) => string
  /** Seconds after `until` for which it keeps a mark; 60 is right. */
  readonly keeps?: number
  /** Seconds after `until` from which it answers "unknown"; 60 is right. */
  readonly tellsFor?: number
  /** How many seconds ahead `until` may be; `2 × window + 60` is right. */
  readonly ahead?: (window: number) => number
  readonly whenFull?: 'evicts' | 'answers-first'
  /** Whose share the marks of a key count in. */
  readonly shareOf?: (mark: ReplayMark) => string
  /** Whether listed issuers have places of their own. */
  readonly listedApart?: false
  /** Whether it finds a mark of a listed issuer for an unlisted one. */
  readonly remembersListed?: true
  readonly shrinks?: false
  readonly knows?: Partial<Record<keyof ReplayBounds, false>>
  /** Lets other calls run between reading and writing. */
  readonly pauses?: true
  /** Expires marks in the order in which they were added, and stops at the first that is still valid. */
  readonly sweepsInOrder?: true
}

interface Entry {
  readonly mark: ReplayMark
  readonly until: number
}

/** A naive store that scans a list each time. */
export function makeReplays(
  { max, maxPerIssuer, maxPerKey }: ReplayBounds,
  now: () => number,
  flaws: ReplayFlaws = {},
): ReplayStore {
  const { keeps = 60, tellsFor = 60, ahead = (window) => 2 * window + 60, knows = {} } = flaws
  const keyOf = flaws.key ?? ((scope, name) => JSON.stringify([scope, name]))
  const shareOf = flaws.shareOf ?? (({ issuer, owner }) => JSON.stringify([issuer, owner]))
  const entries = new Map<string, Entry>()
  const idOf = (mark: ReplayMark): string =>
    keyOf(mark.owner, mark.fingerprint) + (flaws.remembersListed ? mark.listed : '')
  const count = (is: (mark: ReplayMark) => boolean): number =>
    [...entries.values()].filter(({ mark }) => is(mark)).length
  const isPooled = ({ listed }: ReplayMark): boolean => flaws.listedApart === false || !listed

  const drop = (): void => {
    for (const [id, { until }] of entries) {
      if (now() >= until + keeps) entries.delete(id)
      else if (flaws.sweepsInOrder) break
    }
  }
  const hasRoom = (mark: ReplayMark): boolean => {
    const key = count((one) => shareOf(one) === shareOf(mark))
    const issuer = count((one) => one.issuer === mark.issuer)
    const pool = count(isPooled)
    const shrunk = flaws.shrinks === false ? maxPerIssuer : (2 * (max - pool) * maxPerIssuer) / max
    return (
      (knows.maxPerKey === false || key < maxPerKey) &&
      (knows.maxPerIssuer === false || issuer < maxPerIssuer) &&
      (knows.max === false || !isPooled(mark) || (pool < max && issuer < Math.max(1, shrunk)))
    )
  }
  return {
    async mark(mark): Promise<ReplayVerdict> {
      drop()
      if (now() >= mark.until + tellsFor || mark.until > now() + ahead(mark.window)) return 'unknown'
      const known = entries.has(idOf(mark))
      const fits = hasRoom(mark)
      if (flaws.pauses) await Promise.resolve()
      if (known) return 'repeated'
      if (!fits && flaws.whenFull === 'answers-first') return 'first'
      if (!fits && flaws.whenFull === 'evicts') entries.delete(entries.keys().next().value as string)
      else if (!fits) return 'full'
      entries.set(idOf(mark), { mark, until: mark.until })
      return 'first'
    },
  }
}
