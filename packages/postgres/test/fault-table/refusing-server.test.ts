import { passRow } from '@aauth-guard/fixtures/fault-table/fault-row'
import { type Probe, probes } from '@aauth-guard/fixtures/fault-table/probes'
import pg from 'pg'
import { describe, it, onTestFinished } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { until } from '../listening.ts'
import { disconnected, startFleet, unanswered } from './postgres-fleet.ts'

/** Connections that the server takes. */
const connections = 30
const database = useDatabase({ max_connections: connections })

/** A connection of somebody else. */
async function connectOther(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.server.url })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Takes all connections but that of the operator, also those that others have. */
async function takeAll(operator: pg.Client): Promise<pg.Client[]> {
  const taken: pg.Client[] = []
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> ALL($1)`
  const kept = (): unknown[] =>
    [operator, ...taken].map((client) => (client as unknown as { readonly processID: number }).processID)
  while (taken.length < connections - 1) {
    await operator.query(end, [kept()])
    // One whose process has not ended yet still counts.
    await connectOther().then(
      (client) => taken.push(client),
      () => undefined,
    )
  }
  return taken
}

const locks: readonly (readonly [table: string, fails: readonly Probe[]])[] = [
  // Every request needs it.
  ['revocations', probes.filter((name) => name !== 'terminate()')],
  ['marks', ['POST', 'POST again']],
]

describe.skipIf(skipped)(`a PostgreSQL that ${skipped}`, () => {
  it.each(locks)(
    'does not answer since another session has locked "%s": requests that need it get 503 at their deadline',
    async (table, fails) => {
      // The server gives a lock up by its clock.
      const fleet = await startFleet(database, { runs: true })
      const other = await connectOther()
      await passRow(fleet, {
        name: `Another session has locked "${table}" of PostgreSQL`,
        async begin() {
          await other.query('BEGIN')
          await other.query(`LOCK TABLE ${fleet.schema}.${table} IN ACCESS EXCLUSIVE MODE`)
        },
        async end() {
          // What was given up by a process does not go on to hold connections of the server.
          await until(async () => {
            const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return (await other.query(waiting)).rowCount === 0
          })
          await other.query('ROLLBACK')
        },
        fails,
        hangs: true,
        hint: new RegExp(`lock timeout|too many clients|${unanswered.source}`),
      })
    },
  )

  it('has no connection left: all requests get 503 until there is one', async () => {
    const fleet = await startFleet(database)
    const operator = await connectOther()
    let taken: pg.Client[] = []
    await passRow(fleet, {
      name: 'PostgreSQL has too many connections',
      async begin() {
        taken = await takeAll(operator)
      },
      end: () => Promise.all(taken.map((client) => client.end())),
      hint: new RegExp(`too many clients|${disconnected.source}`),
    })
  })
})
