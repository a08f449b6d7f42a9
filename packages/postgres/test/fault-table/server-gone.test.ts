import { passRow } from '@aauth-guard/fixtures/fault-table/fault-row'
import { describe, it } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { disconnected, startBehindProxy, startFleet, unanswered } from './postgres-fleet.ts'

const database = useDatabase()

describe.skipIf(skipped)(`a PostgreSQL that is gone ${skipped}`, () => {
  it('refuses connections: all requests get 503 until it is started again', async () => {
    await passRow(await startFleet(database), {
      name: 'PostgreSQL refuses connections',
      begin: () => database.server.kill(),
      end: () => database.server.restart(),
      hint: disconnected,
    })
  })

  it('is stopped (SIGSTOP): the deadline of the guard ends every wait', async () => {
    await passRow(await startFleet(database), {
      name: 'PostgreSQL is stopped',
      begin: () => database.server.stop(),
      end: () => database.server.cont(),
      hangs: true,
      hint: unanswered,
    })
  })

  it('is killed and started again while it is asked: what it acknowledged holds', async () => {
    let restarted: Promise<void> | undefined
    await passRow(await startFleet(database), {
      name: 'PostgreSQL is killed and started again',
      // The requests of the row meet it at any moment.
      begin() {
        restarted = database.server.restart()
      },
      end: () => restarted,
      fails: [],
      mayFail: true,
      hint: disconnected,
    })
  })

  it('is out of reach for one process: that one answers 503, and the other one goes on', async () => {
    const { fleet, proxy } = await startBehindProxy(database)
    await passRow(fleet, {
      name: 'PostgreSQL is out of reach for one of two processes',
      begin: () => proxy.cut(),
      end: () => proxy.mend(),
      processes: [0],
      hint: disconnected,
    })
  })

  it('is out of reach for one process, without a sign of it: the deadline of the guard ends every wait', async () => {
    const { fleet, proxy } = await startBehindProxy(database)
    await passRow(fleet, {
      name: 'PostgreSQL does not answer one of two processes',
      begin: () => proxy.hold(),
      end: () => proxy.mend(),
      processes: [0],
      hangs: true,
      hint: unanswered,
    })
  })

  it('no longer answers on open connections: they are replaced', async () => {
    const { fleet, proxy } = await startBehindProxy(database)
    await passRow(fleet, {
      name: 'PostgreSQL is lost without a sign for one of two processes',
      begin: () => proxy.deaden(),
      end: () => undefined,
      processes: [0],
      hangs: true,
      // As many new connections work as requests are sent at once.
      fails: [],
      opensCircuit: false,
      hint: unanswered,
    })
  })
})
