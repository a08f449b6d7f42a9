import type {
  ClaimVerdict,
  FoundStatus,
  PutVerdict,
  StatusAnswer,
  StatusName,
  StatusStore,
} from '@aauth-guard/core'
import type { StatusBounds } from '@aauth-guard/testing'

/** Faults of a store of statuses. Without any of them the store here fulfils its contract. */
export interface StatusFlaws {
  /** What it uses as the key of a mission. */
  readonly key?: (approver: string, s256: string) => string
  /** Takes a mission for two, depending on whether its person server is listed. */
  readonly listedApart?: 'answers' | 'claims'
  readonly claims?: 'everybody' | 'the-same' | 'numbered-by-mission' | 'for-ever' | 'for-half' | 'evicted'
  /** Lets other calls run between reading and writing. */
  readonly pauses?: 'claim' | 'put'
  /** Under which claims it keeps an answer beside the one that stands. */
  readonly puts?: 'any' | 'any-that-stands' | 'ended' | 'given' | 'of-another-mission'
  /** What it does with a claim that was used. */
  readonly used?: 'stands' | 'is-kept'
  readonly forgets?: 'answers-only' | 'claims-only' | 'hides' | 'everything'
  readonly unknown?: 'drops-active' | 'renews-active' | 'loses-second'
  readonly active?: 'keeps-failures' | 'first' | 'longest'
  readonly failures?: 'first' | 'without-hint'
  /** Seconds by which the clock that it reckons with is ahead of its own: that of answers, or of claims. */
  readonly callerAhead?: { readonly answers?: number; readonly claims?: number }
  readonly durations?: 'whole' | 'stale-whole' | 'failed-whole' | 'in-seconds'
  readonly askedAt?: 'of-answer' | 'in-milliseconds'
  readonly wholeOnly?: true
  readonly keepsHanded?: true
  readonly finds?: 'nothing'
  readonly bounds?: 'one-pool' | 'grows' | 'claims-never-end'
}

interface Answer {
  readonly name: StatusName
  readonly active?: {
    readonly said: Extract<StatusAnswer, { status: 'active' }>
    at: number
    askedAt: number
  }
  readonly unknown?: { readonly said: Extract<StatusAnswer, { status: 'unknown' }>; at: number }
  readonly isHidden?: boolean
}

interface Claim {
  readonly name: StatusName
  readonly claim: string
  readonly claimedAt: number
  readonly until: number
}

/** A naive store that evicts the answer that was put first. Times are milliseconds. */
export function makeStatuses({ max }: StatusBounds, now: () => number, flaws: StatusFlaws = {}): StatusStore {
  const { key = (approver, s256) => JSON.stringify([approver, s256]) } = flaws
  const answers = new Map<string, Answer>()
  const claims = new Map<string, Claim>()
  const given = new Set<string>()
  const counts = new Map<string, number>()
  let claimed = 0
  const time = (): number => now() * 1000
  const idOf = (what: 'answers' | 'claims', { approver, s256, listed }: StatusName): string =>
    key(approver, s256) + (flaws.listedApart === what ? ` ${listed}` : '')
  const poolOf = <One extends { name: StatusName }>(all: Map<string, One>, { listed }: StatusName) =>
    [...all].filter(([, { name }]) => flaws.bounds === 'one-pool' || name.listed === listed)
  const isOver = ({ until }: Claim): boolean => flaws.claims !== 'for-ever' && time() >= until
  const standing = (name: StatusName): Claim | undefined => {
    const claim = claims.get(idOf('claims', name))
    return claim && !isOver(claim) ? claim : undefined
  }
  const left = (milliseconds: number, at: number, isWhole: boolean): number => {
    const { answers: ahead = 0 } = flaws.callerAhead ?? {}
    const passed = (time() - at - ahead * 1000) / (flaws.durations === 'in-seconds' ? 1000 : 1)
    return isWhole ? milliseconds : Math.max(0, milliseconds - passed)
  }
  const assertWhole = (...values: number[]): void => {
    if (flaws.wholeOnly && !values.every(Number.isInteger)) throw new RangeError('not an integer')
  }
  const mayPut = (name: StatusName, claim: string): boolean => {
    const { puts } = flaws
    const own = claims.get(idOf('claims', name))
    if (puts === 'any') return true
    if (puts === 'any-that-stands' && standing(name)) return true
    if (puts === 'given' && given.has(claim) && !standing(name)) return true
    if (puts === 'ended' && own?.claim === claim) return true
    if (puts === 'of-another-mission') return [...claims.values()].some((one) => one.claim === claim)
    return standing(name)?.claim === claim
  }
  const nextClaim = (id: string): string => {
    const count = (counts.get(id) ?? 0) + 1
    counts.set(id, count)
    claimed += 1
    return flaws.claims === 'numbered-by-mission' ? `${count}` : `${claimed}`
  }

  return {
    async get(name): Promise<FoundStatus | undefined> {
      const { active, unknown, isHidden } = answers.get(idOf('answers', name)) ?? {}
      if ((active === undefined && unknown === undefined) || isHidden || flaws.finds === 'nothing')
        return undefined
      const { durations } = flaws
      return {
        freshFor: active ? left(active.said.freshFor, active.at, durations === 'whole') : 0,
        staleFor: active ? left(active.said.staleFor, active.at, durations === 'stale-whole') : 0,
        failedFor: unknown ? left(unknown.said.failedFor, unknown.at, durations === 'failed-whole') : 0,
        failures: unknown?.said.failures ?? 0,
        hint: flaws.failures === 'without-hint' ? '' : (unknown?.said.hint ?? ''),
        askedAt: active?.askedAt ?? 0,
      }
    },
    async claim(name, milliseconds): Promise<ClaimVerdict> {
      assertWhole(milliseconds)
      const id = idOf('claims', name)
      const known = standing(name)
      if (flaws.pauses === 'claim') await Promise.resolve()
      if (known && flaws.claims === 'the-same') return { claim: known.claim }
      if (known && flaws.claims !== 'everybody') return 'taken'
      claims.delete(id)
      if (flaws.bounds !== 'claims-never-end')
        for (const [other, claim] of claims) if (isOver(claim)) claims.delete(other)
      const pool = poolOf(claims, name)
      if (pool.length >= max && flaws.bounds !== 'grows') {
        if (flaws.claims !== 'evicted') return 'full'
        claims.delete(pool[0]?.[0] as string)
      }
      const lasts = flaws.claims === 'for-half' ? milliseconds / 2 : milliseconds
      const until = time() + (flaws.callerAhead?.claims ?? 0) * 1000 + lasts
      const claim = { name, claim: nextClaim(id), claimedAt: time(), until }
      claims.set(id, claim)
      given.add(claim.claim)
      return { claim: claim.claim }
    },
    async put(name, claim, answer): Promise<PutVerdict> {
      assertWhole(answer.status === 'active' ? answer.freshFor : answer.failedFor)
      const [id, claimId] = [idOf('answers', name), idOf('claims', name)]
      const may = mayPut(name, claim)
      if (flaws.pauses === 'put') await Promise.resolve()
      if (!may) return 'overtaken'
      const claimedAt = claims.get(claimId)?.claimedAt ?? time()
      if (flaws.used !== 'stands') claims.delete(claimId)
      if (flaws.used !== 'is-kept') given.delete(claim)
      const pool = poolOf(answers, name)
      const known = answers.get(id)
      answers.delete(id)
      if (!known && pool.length >= max && flaws.bounds !== 'grows') answers.delete(pool[0]?.[0] as string)
      answers.set(id, { name, ...merged(known, flaws.keepsHanded ? answer : { ...answer }, claimedAt) })
      return 'recorded'
    },
    async forget(name) {
      const [id, claimId] = [idOf('answers', name), idOf('claims', name)]
      const known = answers.get(id)
      if (flaws.forgets === 'everything') answers.clear()
      if (flaws.forgets !== 'claims-only') answers.delete(id)
      if (flaws.forgets === 'hides' && known) answers.set(id, { ...known, isHidden: true })
      if (flaws.forgets !== 'answers-only') claims.delete(claimId)
      if (flaws.claims === 'numbered-by-mission') counts.delete(claimId)
    },
  }

  function merged(known: Answer | undefined, said: StatusAnswer, claimedAt: number): Omit<Answer, 'name'> {
    const at = time()
    if (said.status === 'unknown') {
      if (flaws.failures === 'first' && known?.unknown) return known
      if (flaws.unknown === 'drops-active' || !known?.active) return { unknown: { said, at } }
      const { active } = known
      return {
        active: {
          ...active,
          at: flaws.unknown === 'renews-active' ? at : active.at,
          askedAt: flaws.unknown === 'loses-second' ? 0 : active.askedAt,
        },
        unknown: { said, at },
      }
    }
    if (flaws.active === 'first' && known?.active) return known
    const isShorter = said.freshFor < (known?.active?.said.freshFor ?? 0)
    if (flaws.active === 'longest' && known?.active && isShorter) return known
    const asked = flaws.askedAt === 'of-answer' ? at : claimedAt
    const askedAt = flaws.askedAt === 'in-milliseconds' ? asked : Math.floor(asked / 1000)
    const failed = flaws.active === 'keeps-failures' && known?.unknown
    return { active: { said, at, askedAt }, ...(failed && { unknown: failed }) }
  }
}
