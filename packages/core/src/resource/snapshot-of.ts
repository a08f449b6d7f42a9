import type { IssuerRecord } from '../keys/issuer-record.ts'
import { healthOf, waitingCalls } from '../stores/store-health.ts'
import type { Mission } from '../token/claims.ts'
import type { IssuerSnapshot, MissionSnapshot, ResourceSnapshot, StoreSnapshot } from './snapshot.ts'
import type { ResourceState } from './state.ts'

const maxMissions = 1000
/** Milliseconds after which a call that waits was given up. */
const longest = 1000

/** What a resource knows in this process. */
export function snapshotOf(state: ResourceState): ResourceSnapshot {
  const { settings, events, keys, acceptedTokens, lifetimes } = state
  return Object.freeze({
    type: 'aauth.snapshot.v1',
    time: Date.now(),
    process: events.process,
    issuer: settings.issuer,
    issuers: Object.freeze(keys.records().map(issuerSnapshot)),
    missions: Object.freeze(
      acceptedTokens.missions(maxMissions).map((mission) => missionSnapshot(state, mission)),
    ),
    stores: Object.freeze(storeSnapshots(state)),
    suspendedServers: Object.freeze(state.missionMonitor?.suspendedServers() ?? []),
    budgets: Object.freeze(keys.budgets().map((use) => Object.freeze(use))),
    caches: Object.freeze([
      Object.freeze({
        name: 'verified tokens',
        entries: state.tokens.size,
        max: settings.limits.verifiedTokens,
      }),
      Object.freeze({ name: 'accepted tokens', entries: acceptedTokens.size, max: acceptedTokens.max }),
    ]),
    lifetimes: Object.freeze(lifetimes?.use() ?? { connections: 0, tokens: 0, missions: 0 }),
  })
}

function issuerSnapshot({
  source,
  published,
  fetchedAt,
  freshUntil,
  failure,
  pending,
}: IssuerRecord): IssuerSnapshot {
  return Object.freeze({
    issuer: source.iss,
    document: source.dwk,
    listed: source.named,
    keys: Object.freeze([...(published?.keys.keys() ?? [])]),
    ...(published !== undefined && { fetchedAt, freshUntil }),
    ...(failure !== undefined && { failure: failureSnapshot(failure) }),
    fetching: pending !== undefined,
  })
}

function failureSnapshot({
  fault,
  count,
  retryAt,
}: NonNullable<IssuerRecord['failure']>): NonNullable<IssuerSnapshot['failure']> {
  return Object.freeze({ hint: fault.reason, count, retryAt: Math.ceil(retryAt) })
}

function missionSnapshot(state: ResourceState, mission: Mission): MissionSnapshot {
  const { tokens, ...rest } = state.acceptedTokens.of(mission)
  const distinct = (values: readonly (string | undefined)[]): readonly string[] =>
    Object.freeze([...new Set(values.filter((value) => value !== undefined))])
  return Object.freeze({
    mission: Object.freeze({ ...mission }),
    agents: distinct(tokens.map(({ agent }) => agent)),
    classes: distinct(tokens.map((token) => token.class)),
    tokens: tokens.length,
    ...rest,
  })
}

function storeSnapshots({ settings, replays, revocations, tombstones }: ResourceState): StoreSnapshot[] {
  const { stores } = settings
  const named = Object.entries({
    replays,
    revocations,
    tombstones,
    statuses: stores.statuses,
    links: stores.links,
    records: stores.records,
  })
  return named.flatMap(([name, store]) => {
    if (store === undefined) return []
    const health = healthOf(store)
    return Object.freeze({
      store: `stores.${name}`,
      inMemory: stores[name as keyof typeof stores] === undefined,
      circuit: health.breaker.isOpen ? ('open' as const) : ('closed' as const),
      waiting: waitingCalls(health, longest),
    })
  })
}
