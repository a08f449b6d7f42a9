/**
 * How much is kept of each kind. A listed issuer has a share that does not depend on others. The shares of unlisted
 * issuers shrink once half of the space for all of them is taken.
 *
 * @example
 * ```ts
 * import type { PostgresLimits } from '@aauth-guard/postgres'
 *
 * export const limits: PostgresLimits = { tombstones: { maxPerServer: 5_000_000 }, replays: { maxPerKey: 50_000 } }
 * ```
 */
export interface PostgresLimits {
  /** Revoked tokens. */
  readonly revocations?: {
    /** Of all unlisted issuers together; default 100 000. One of them has at most a tenth. */
    readonly max?: number | undefined
    /** Of one issuer; default 100 000. */
    readonly maxPerIssuer?: number | undefined
  }
  /** Terminated missions. */
  readonly tombstones?: {
    /** Of all unlisted person servers together; default 100 000. One of them has at most a tenth. */
    readonly max?: number | undefined
    /** Of one person server; default 1 000 000. */
    readonly maxPerServer?: number | undefined
  }
  /** Used signatures. Concurrent calls can exceed a limit of 8000 or more by 7. */
  readonly replays?: {
    /** Of all unlisted issuers together; default 100 000. One of them has at most half. */
    readonly max?: number | undefined
    /** Of one issuer; default 1 000 000. */
    readonly maxPerIssuer?: number | undefined
    /** Of one key; default 20 000. */
    readonly maxPerKey?: number | undefined
  }
  /** Linked keys. */
  readonly links?: {
    /** By all unlisted agent providers together; default 100 000. One of them has at most a tenth. */
    readonly max?: number | undefined
    /** By one agent provider; default 100 000. */
    readonly maxPerIssuer?: number | undefined
  }
  /** Statuses of missions. */
  readonly statuses?: {
    /** Of all unlisted person servers together; default 100 000. One of them has at most a tenth. */
    readonly max?: number | undefined
    /** Of one person server; default 1 000 000. */
    readonly maxPerIssuer?: number | undefined
  }
  /** State of resource-managed access. */
  readonly records?: {
    /** Open records of one listed issuer, and of all unlisted issuers together; default 1000. */
    readonly max?: number | undefined
    /**
     * Octets of one listed issuer, and of all unlisted issuers together; default 67 108 864. One owner has at most a tenth,
     * and so has an unlisted issuer.
     */
    readonly maxOctets?: number | undefined
    /** Open records of one unlisted issuer; default 100. */
    readonly maxPerIssuer?: number | undefined
    /** Open records of one owner; default 10. */
    readonly maxPerOwner?: number | undefined
  }
}

/** Limits as the functions of the migration take them. */
export interface KindLimits {
  readonly max: number
  readonly maxPerIssuer: number
  readonly maxPerUnlisted: number
  readonly maxPerKey?: number
  readonly maxPerOwner?: number
  readonly maxOctets?: number
}

type KindName = keyof PostgresLimits

const defaults: Readonly<Record<KindName, Readonly<Record<string, number>>>> = {
  revocations: { max: 100_000, maxPerIssuer: 100_000 },
  tombstones: { max: 100_000, maxPerServer: 1_000_000 },
  replays: { max: 100_000, maxPerIssuer: 1_000_000, maxPerKey: 20_000 },
  links: { max: 100_000, maxPerIssuer: 100_000 },
  statuses: { max: 100_000, maxPerIssuer: 1_000_000 },
  records: { max: 1000, maxOctets: 67_108_864, maxPerIssuer: 100, maxPerOwner: 10 },
}

/** @throws {TypeError} naming the limit and the remedy */
export function checkLimits(given: PostgresLimits): Readonly<Record<KindName, KindLimits>> {
  for (const [kind, limits] of Object.entries(given)) {
    const known = defaults[kind as KindName] ?? {}
    for (const [name, limit] of Object.entries(limits ?? {}))
      checkLimit(`"limits.${kind}.${name}" is ${JSON.stringify(limit)}`, limit, Object.hasOwn(known, name))
  }
  const checked = Object.keys(defaults).map((kind) => [kind, limitsOf(kind as KindName, given)] as const)
  return Object.fromEntries(checked) as Record<KindName, KindLimits>
}

function checkLimit(named: string, limit: unknown, isKnown: boolean): void {
  if (!isKnown) throw new TypeError(`${named}: remove it, since it is unknown`)
  if (limit !== undefined && !(Number.isSafeInteger(limit) && Number(limit) >= 1))
    throw new TypeError(`${named}: write a whole number of at least 1`)
}

function limitsOf(kind: KindName, given: PostgresLimits): KindLimits {
  const set = Object.entries(given[kind] ?? {}).filter(([, limit]) => limit !== undefined)
  const {
    max = 0,
    maxPerServer = 0,
    maxPerIssuer = maxPerServer,
    ...others
  } = {
    ...defaults[kind],
    ...Object.fromEntries(set),
  }
  const part = kind === 'replays' ? 2 : 10
  return { ...others, max, maxPerIssuer, maxPerUnlisted: Math.min(maxPerIssuer, Math.ceil(max / part)) }
}
