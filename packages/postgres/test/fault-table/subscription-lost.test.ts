import { passPushRow } from '@aauth-guard/fixtures/fault-table/push-row'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import { describe, it, onTestFinished } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { listeningProcess } from '../listening.ts'
import { type PostgresFleet, startFleet, urlOf } from './postgres-fleet.ts'

const database = useDatabase()

/** A fleet whose second process listens by a proxy, and sends its queries directly. */
async function start(): Promise<{ readonly fleet: PostgresFleet; readonly proxy: TcpProxy }> {
  const proxy = await startProxy(database.server.port)
  onTestFinished(proxy.close)
  return { fleet: await startFleet(database, { listensAt: urlOf(proxy) }), proxy }
}

describe.skipIf(skipped)(`open connections of a process whose LISTEN to PostgreSQL ${skipped}`, () => {
  it('is ended by the server end when another process revokes or terminates', async () => {
    const { fleet } = await start()
    await passPushRow(fleet, {
      messages: fleet.messages,
      name: 'LISTEN is ended by the server',
      begin: async () =>
        database.pool.query('SELECT pg_terminate_backend($1)', [await listeningProcess(database.pool)]),
    })
  })

  it('is broken, and cannot be made again for a while, end all the same', async () => {
    const { fleet, proxy } = await start()
    await passPushRow(fleet, {
      messages: fleet.messages,
      name: 'LISTEN cannot be made again',
      begin: () => proxy.cut(),
      end: () => proxy.mend(),
    })
  })

  it.each(['hold', 'deaden'] as const)(
    'brings nothing, without a sign (%s), end all the same',
    async (how) => {
      const { fleet, proxy } = await start()
      await passPushRow(fleet, {
        messages: fleet.messages,
        name: `LISTEN brings nothing (${how})`,
        begin: () => proxy[how](),
        isSilent: true,
        end: () => proxy.mend(),
      })
    },
  )

  it('is served by a process that was stopped (SIGSTOP) end all the same', async () => {
    const { fleet } = await start()
    let pid = 0
    await passPushRow(fleet, {
      messages: fleet.messages,
      name: 'The process of the server that serves LISTEN is stopped',
      async begin() {
        pid = await listeningProcess(database.pool)
        process.kill(pid, 'SIGSTOP')
      },
      end: () => process.kill(pid, 'SIGCONT'),
    })
  })
})
