import type { ReplayMark, StatusName } from '@aauth-guard/core'
import { type PostgresStores, postgresStores } from '@aauth-guard/postgres'
import { beforeAll, describe, expect, it } from 'vitest'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()
let processes: readonly PostgresStores['stores'][]
let now: number
let schema: string

beforeAll(async () => {
  if (skipped !== '') return
  const first = await newStores(database.pool)
  schema = first.schema
  const other = postgresStores({ query: queryOf(database.otherPool), schema: first.schema })
  processes = [first.stores, other.stores]
  now = Math.floor(await first.stores.replays.now())
})

const markOf = (mark: Partial<ReplayMark>): ReplayMark => ({
  issuer: 'https://ps.example',
  owner: 'key',
  fingerprint: 'print',
  until: now + 60,
  window: 60,
  listed: true,
  ...mark,
})
const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index)

async function ask(
  { statuses }: PostgresStores['stores'],
  mission: StatusName,
  staleFor: number,
): Promise<unknown> {
  const claim = await statuses.claim(mission, 1000)
  return typeof claim === 'string'
    ? statuses.forget(mission)
    : statuses.put(mission, claim.claim, { status: 'active', freshFor: 1000, staleFor })
}

describe.skipIf(skipped)(`processes that write at the same time to PostgreSQL ${skipped}`, () => {
  it('500 signatures that 2 processes mark twice each are first exactly once', async () => {
    const marks = numbers(500).map((index) => markOf({ owner: `key-${index % 7}`, fingerprint: `${index}` }))
    const verdicts = await Promise.all(
      marks.map((mark) => Promise.all([...processes, ...processes].map(({ replays }) => replays.mark(mark)))),
    )
    for (const [index, found] of verdicts.entries())
      expect([index, ...[...found].sort()]).toEqual([index, 'first', 'repeated', 'repeated', 'repeated'])
  })

  it('a signature that is presented under two issuers is first exactly once', async () => {
    const marks = numbers(50).flatMap((index) =>
      ['https://one.example', 'https://two.example'].map((issuer) =>
        markOf({ issuer, fingerprint: `shared-${index}`, listed: index % 2 === 0 }),
      ),
    )
    const verdicts = await Promise.all(marks.map((mark, index) => processes[index % 2]?.replays.mark(mark)))
    expect(verdicts.filter((verdict) => verdict === 'first')).toHaveLength(50)
    expect(verdicts.filter((verdict) => verdict === 'repeated')).toHaveLength(50)
  })

  it('entries of all kinds are recorded without a deadlock', async () => {
    const work = numbers(200).flatMap((index) => {
      const stores = processes[index % 2] as PostgresStores['stores']
      const { replays, revocations, tombstones, links } = stores
      const listed = index % 3 === 0
      const issuer = `https://i${index % 5}.example`
      const mission = { approver: issuer, s256: `${index % 11}`, listed }
      // Renewed links and expired rows move counts from one step of time to another.
      const link = { thumbprint: `${index % 9}`, iss: issuer, jti: 'one', iat: now, exp: now + 3600 }
      return [
        replays.mark(markOf({ issuer, owner: `k${index % 4}`, fingerprint: `all-${index}`, listed })),
        replays.mark(markOf({ issuer, fingerprint: `stale-${index}`, listed, until: now - 59 })),
        revocations.add({ iss: issuer, jti: `${index % 13}`, exp: now - 90 + (index % 180), listed }),
        revocations.purge({ iss: issuer, listed }),
        tombstones.add({ ...mission, reason: 'revoked' }),
        links.add({ ...link, listed, linkedFor: 1000 + (index % 7) * 60_000 }),
        ask(stores, mission, index * 1000),
      ]
    })
    const failed = (await Promise.allSettled(work)).filter(({ status }) => status === 'rejected')
    expect(failed).toEqual([])
  })

  it('what was counted is what there is, and never less', async () => {
    const count = async (kind: string, scope: string): Promise<number> => {
      const { rows } = await database.pool.query(
        `SELECT coalesce(sum(entries), 0)::int AS held FROM ${schema}.counts
         WHERE kind = $1 AND ${scope} AND ends_at > clock_timestamp()`,
        [kind],
      )
      return rows[0].held
    }
    const rowsOf = async (table: string, condition = 'true'): Promise<number> => {
      const { rows } = await database.pool.query(
        `SELECT count(*)::int AS held FROM ${schema}.${table} WHERE ${condition}`,
      )
      return rows[0].held
    }
    const [issuers, unlisted] = ["scope <> ''", "scope = ''"]
    expect(await count('revocations', issuers)).toBe(await rowsOf('revocations'))
    expect(await count('revocations', unlisted)).toBe(await rowsOf('revocations', 'NOT listed'))
    expect(await count('tombstones', issuers)).toBe(await rowsOf('tombstones'))
    const live = await rowsOf('marks', 'expires_at > clock_timestamp()')
    // Each signature is counted for its key and for its issuer.
    expect(await count('marks', issuers)).toBeGreaterThanOrEqual(2 * live)
    expect(live).toBeGreaterThan(500)
    const linked = 'counted_until > clock_timestamp()'
    expect(await count('links', issuers)).toBeGreaterThanOrEqual(await rowsOf('links', linked))
    expect(await count('statuses', issuers)).toBeGreaterThanOrEqual(await rowsOf('statuses', linked))
  })

  it('one of many claims of a mission stands', async () => {
    const mission = { approver: 'https://ps.example', s256: 'claimed', listed: true }
    const claims = await Promise.all(
      numbers(40).map((index) => processes[index % 2]?.statuses.claim(mission, 5000)),
    )
    expect(claims.filter((claim) => claim === 'taken')).toHaveLength(39)
  })
})
