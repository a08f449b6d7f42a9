import { type PostgresServer, startPostgres } from '@aauth-guard/fixtures/postgres-server'
import { postgresStores } from '@aauth-guard/postgres'
import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newStores, poolOf, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()
const iss = 'https://ps.example'
const exp = 4_000_000_000
const mission = { approver: iss, s256: 'one', listed: true }

/** A standby of the server of this file, and a pool of connections to it. */
async function startStandby(): Promise<{ readonly standby: PostgresServer; readonly pool: pg.Pool }> {
  const standby = await startPostgres({ primary: database.server, clock: database.clock })
  const pool = poolOf(standby.url)
  onTestFinished(async () => {
    await pool.end()
    await standby.close()
  })
  return { standby, pool }
}

/** Polls a condition in SQL. */
async function untilTrue(pool: pg.Pool, condition: string): Promise<void> {
  while (!(await pool.query(`SELECT ${condition} AS holds`)).rows[0].holds)
    await new Promise((resolve) => setTimeout(resolve, 20))
}

describe.skipIf(skipped)(`a standby of PostgreSQL ${skipped}`, () => {
  it('refuses every call, and has all acknowledged entries once it takes over, if it is synchronous', async () => {
    const { stores, schema } = await newStores(database.pool)
    const now = Math.floor(await stores.replays.now())
    const { pool } = await startStandby()
    const follower = postgresStores({ query: queryOf(pool), schema })
    await untilTrue(database.pool, "EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')")
    await database.pool.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
    await database.pool.query('SELECT pg_reload_conf()')
    await untilTrue(database.pool, "EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")

    const mark = (index: number) => ({
      issuer: iss,
      owner: 'key',
      fingerprint: `${index}`,
      until: now + 60,
      window: 60,
      listed: true,
    })
    const calls = Array.from({ length: 60 }, (_, index) => [
      stores.replays.mark(mark(index)),
      stores.revocations.add({ iss, jti: `${index}`, exp, listed: true }),
      stores.tombstones.add({ approver: iss, s256: `${index}`, listed: true }),
    ])
    const refused = await Promise.allSettled([
      follower.stores.revocations.find({ iss, jti: 'one' }),
      follower.stores.tombstones.find(mission),
      follower.stores.replays.mark(mark(0)),
      follower.stores.tombstones.add(mission),
      follower.stores.statuses.get(mission),
      follower.stores.links.find({ thumbprint: 'key' }),
      follower.stores.replays.now(),
      follower.ready(),
    ])
    for (const outcome of refused)
      expect(outcome).toEqual({
        status: 'rejected',
        reason: expect.objectContaining({ message: expect.stringContaining('standby') }),
      })
    await expect(follower.prepare()).rejects.toThrow(/read-only/)

    // What is acknowledged before the crash counts; what is under way may be there or not.
    const acknowledged: number[] = []
    const settled = calls.map(async (three, index) => {
      const verdicts = await Promise.all(three)
      if (verdicts.join() === 'first,recorded,recorded') acknowledged.push(index)
      if (acknowledged.length === 20) await database.server.kill()
    })
    await Promise.allSettled(settled)
    expect(acknowledged.length).toBeGreaterThanOrEqual(20)

    await pool.query('SELECT pg_promote()')
    await untilTrue(pool, 'NOT pg_is_in_recovery()')
    for (const index of acknowledged) {
      expect(await follower.stores.replays.mark(mark(index))).toBe('repeated')
      expect(await follower.stores.revocations.find({ iss, jti: `${index}` })).toEqual({ revoked: true })
      expect(
        await follower.stores.tombstones.find({ approver: iss, s256: `${index}`, listed: true }),
      ).toEqual({
        approver: iss,
        s256: `${index}`,
      })
    }
    expect(await follower.ready()).toMatchObject({ migration: 3, synchronousCommit: 'on' })
  })
})
