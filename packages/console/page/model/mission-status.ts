import type { MissionSnapshot, TerminationSource } from '@aauth-guard/core'
import { momentOf, spanOf } from './format.ts'

export type MissionStatus = 'active' | 'lingering' | 'over'

type Known = Pick<MissionSnapshot, 'terminated' | 'latestExp' | 'atLeast'>

/** `lingering`: terminated, and a token of it could still be accepted elsewhere. */
export function statusOf({ terminated, latestExp, atLeast }: Known, now: number): MissionStatus {
  if (terminated === undefined) return 'active'
  return atLeast || (latestExp ?? 0) * 1000 > now ? 'lingering' : 'over'
}

export const statusWords: Readonly<Record<MissionStatus, string>> = {
  active: 'Active as far as known',
  lingering: 'Terminated, tokens may live on',
  over: 'Terminated, all known tokens expired',
}

/** One sentence about where the mission could still be acted under. */
export function verdictOf(known: Known, now: number): string {
  const left = (known.latestExp ?? 0) - now / 1000
  const until = `${momentOf((known.latestExp ?? 0) * 1000)} (${spanOf(left)})`
  switch (statusOf(known, now)) {
    case 'active':
      return left > 0
        ? `Not terminated as far as this process knows. The last of its tokens known here expires at ${until}.`
        : 'Not terminated as far as this process knows. All tokens known here have expired.'
    case 'lingering':
      if (left <= 0)
        return 'This process refuses it. All tokens known here have expired, but this process has accepted more than it remembers.'
      return `This process refuses it. Elsewhere a token could still be accepted until ${until}${known.atLeast ? ', or later: this process has accepted more than it remembers' : ''}.`
    case 'over':
      return 'This process refuses it, and every token of it that is known here has expired.'
  }
}

export const learnedWords: Readonly<Record<TerminationSource, string>> = {
  operator: 'the operator, in this process',
  response: 'an answer of its person server',
  announcement: 'an announcement of its person server',
  source: 'the configured source of missions',
  fleet: 'another process of the fleet',
  store: 'the shared store',
}

/** Missions that need a look first: terminated with tokens that live, then active ones, then those that are over. */
export function byUrgency(now: number): (a: MissionSnapshot, b: MissionSnapshot) => number {
  const rank = { lingering: 0, active: 1, over: 2 }
  return (a, b) =>
    rank[statusOf(a, now)] - rank[statusOf(b, now)] || (b.lastAcceptedAt ?? 0) - (a.lastAcceptedAt ?? 0)
}
