import { noClockShift, shiftableClock } from '@aauth-guard/fixtures/clock-shift'
import { noPostgres, startPostgres } from '@aauth-guard/fixtures/postgres-server'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'

const skipped = noPostgres ?? noClockShift
it.skipIf(skipped)(
  `PostgreSQL shows the shifted clock and keeps its data over a crash ${skipped ?? ''}`,
  async () => {
    const clock = shiftableClock()
    const server = await startPostgres({ clock })
    const pool = new pg.Pool({ connectionString: server.url })
    pool.on('error', () => undefined)
    onTestFinished(async () => {
      await pool.end()
      await server.close()
      clock.close()
    })
    await pool.query('CREATE TABLE kept AS SELECT 7 AS value')
    clock.advance(3600)
    const { rows } = await pool.query('SELECT extract(epoch FROM clock_timestamp())::float8 AS now')
    expect(Math.abs(rows[0].now - clock.now())).toBeLessThan(60)
    await server.restart()
    expect((await pool.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }])
  },
)
