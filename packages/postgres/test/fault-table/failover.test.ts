import {
  expectOnly,
  expectRight,
  passRow,
  patience,
  recovered,
} from '@aauth-guard/fixtures/fault-table/fault-row'
import type { Signed } from '@aauth-guard/fixtures/fault-table/fleet'
import { printRow } from '@aauth-guard/fixtures/fault-table/print-row'
import { makeScene, probeAll, probes } from '@aauth-guard/fixtures/fault-table/probes'
import { type PostgresServer, startPostgres } from '@aauth-guard/fixtures/postgres-server'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import type pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { poolOf, skipped, useDatabase } from '../database.ts'
import { disconnected, type PostgresFleet, startFleet, unanswered, urlOf } from './postgres-fleet.ts'

const database = useDatabase()
/** Changes that must have been acknowledged before the primary is killed while more are sent. */
const enough = 30

/** Polls a condition in SQL. */
function untilTrue(pool: pg.Pool, condition: string): Promise<void> {
  return vi.waitFor(async () => {
    expect((await pool.query(`SELECT ${condition} AS holds`)).rows[0].holds).toBe(true)
  }, patience)
}

/** Which standbys must have a change before it is acknowledged. */
async function setStandbys(names: string): Promise<void> {
  await database.pool.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
  await database.pool.query('SELECT pg_reload_conf()')
  await untilTrue(database.pool, `current_setting('synchronous_standby_names') = '${names}'`)
}

/** A standby that has every change before it is acknowledged. */
async function startStandby(): Promise<{ readonly standby: PostgresServer; readonly pool: pg.Pool }> {
  const standby = await startPostgres({ primary: database.server, clock: database.clock })
  const pool = poolOf(standby.url)
  onTestFinished(async () => {
    await pool.end()
    await standby.close()
  })
  await untilTrue(database.pool, "EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')")
  await setStandbys('*')
  await untilTrue(database.pool, "EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
  return { standby, pool }
}

/** A fleet that reaches the server that a proxy in front of both names. */
async function startBehindProxy(): Promise<{ readonly fleet: PostgresFleet; readonly proxy: TcpProxy }> {
  const proxy = await startProxy(database.server.port)
  onTestFinished(proxy.close)
  const url = urlOf(proxy)
  return { fleet: await startFleet(database, { urls: [url, url] }), proxy }
}

/** Sends changes until the server is gone. @returns the requests that must be refused since theirs was acknowledged */
async function changeUntilGone(fleet: PostgresFleet, kill: () => Promise<void>): Promise<Signed[]> {
  const [one, other] = fleet.processes
  const acknowledged: Signed[] = []
  let killed: Promise<void> | undefined
  const change = async (): Promise<boolean> => {
    const mission = fleet.newMission()
    const [revoked, terminated, used] = await Promise.all([fleet.get(), fleet.get({ mission }), fleet.post()])
    const outcomes = await Promise.all([one.revoke(revoked.token), other.terminate(mission), one.send(used)])
    const changed = [revoked, terminated, used].filter((_, at) => outcomes[at]?.hint === undefined)
    acknowledged.push(...changed)
    if (acknowledged.length >= enough) killed ??= kill()
    return changed.length > 0
  }
  const keepChanging = async (): Promise<void> => {
    while (await change());
  }
  await Promise.all(Array.from({ length: 4 }, keepChanging))
  await killed
  return acknowledged
}

describe.skipIf(skipped)(`a synchronous standby of PostgreSQL ${skipped}`, () => {
  it('that is gone holds up what must be recorded, and other requests are decided', async () => {
    const fleet = await startFleet(database)
    await passRow(fleet, {
      name: 'PostgreSQL has lost its synchronous standby',
      begin: () => setStandbys('gone'),
      end: () => setStandbys(''),
      fails: ['GET under a mission', 'POST', 'revoke()', 'terminate()'],
      hangs: true,
      hint: unanswered,
    })
  })

  it('that takes over has all that was acknowledged, and refuses everything before', async () => {
    const { fleet, proxy } = await startBehindProxy()
    const { standby, pool } = await startStandby()
    const scene = await makeScene(fleet)
    const before = await probeAll(scene)
    expectRight(before)

    const acknowledged = await changeUntilGone(fleet, database.server.kill)
    expect(acknowledged.length).toBeGreaterThanOrEqual(enough)
    for (const outcomes of await probeAll(scene)) expectOnly(outcomes, probes, { hint: disconnected })
    proxy.redirect(standby.port)
    proxy.cut()
    proxy.mend()
    // Those that were connected when it died connect to the standby.
    const during = await probeAll(scene)
    for (const outcomes of during)
      expectOnly(outcomes, probes, { hint: new RegExp(`standby|read-only|${disconnected.source}`) })

    const diedAt = performance.now()
    await pool.query("ALTER SYSTEM SET synchronous_standby_names = ''")
    await pool.query('SELECT pg_promote()')
    const after = await recovered(scene)
    const milliseconds = Math.round(performance.now() - diedAt)
    for (const process of fleet.processes)
      for (const request of acknowledged)
        expect(['401 revoked_jwt', '403 mission_terminated', '401 invalid_signature']).toContain(
          (await process.send(request)).verdict,
        )
    expect(fleet.wrongs).toEqual([])
    printRow({ name: 'PostgreSQL: a synchronous standby takes over', before, during, after, milliseconds })
    console.log(`PostgreSQL: 0 of ${acknowledged.length} acknowledged changes were lost`)
  })
})
