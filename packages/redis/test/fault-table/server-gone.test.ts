import { passRow } from '@aauth-guard/fixtures/fault-table/fault-row'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import { describe, it, onTestFinished } from 'vitest'
import { absent } from '../redis-scene.ts'
import {
  connectedIoredis,
  connectedNodeRedis,
  disconnected,
  type RedisFleet,
  startFleet,
  unanswered,
} from './redis-fleet.ts'

describe.skipIf(absent !== undefined)(`a Redis that is gone ${absent ?? ''}`, () => {
  it('refuses connections: all requests get 503 until it is started with its data', async () => {
    const fleet = await startFleet({ appendOnly: true })
    const { server } = fleet
    await passRow(fleet, {
      name: 'Redis refuses connections',
      begin: () => server.kill(),
      end: () => server.restart(),
      hint: disconnected,
    })
  })

  it('is stopped (SIGSTOP): the deadline of the guard ends every wait', async () => {
    const fleet = await startFleet()
    await passRow(fleet, {
      name: 'Redis is stopped',
      begin: () => fleet.server.stop(),
      end: () => fleet.server.cont(),
      hangs: true,
      hint: unanswered,
    })
  })

  it('is killed and started again while it is asked: what it acknowledged holds', async () => {
    const fleet = await startFleet({ appendOnly: true })
    let restarted: Promise<void> | undefined
    await passRow(fleet, {
      name: 'Redis is killed and started again with its data',
      // The requests of the row meet it at any moment.
      begin() {
        restarted = fleet.server.restart()
      },
      end: () => restarted,
      fails: [],
      mayFail: true,
      hint: new RegExp(`${disconnected.source}|LOADING`),
    })
  })

  it('is out of reach for one process: that one answers 503, and the other one goes on', async () => {
    const { fleet, proxy } = await startBehindProxy()
    await passRow(fleet, {
      name: 'Redis is out of reach for one of two processes',
      begin: () => proxy.cut(),
      end: () => proxy.mend(),
      processes: [0],
      hint: disconnected,
    })
  })

  it('is out of reach for one process, without a sign of it: the deadline of the guard ends every wait', async () => {
    const { fleet, proxy } = await startBehindProxy()
    await passRow(fleet, {
      name: 'Redis does not answer one of two processes',
      begin: () => proxy.hold(),
      end: () => proxy.mend(),
      processes: [0],
      hangs: true,
      hint: unanswered,
    })
  })

  it('no longer answers on an open connection of ioredis: the connection is replaced', async () => {
    const { fleet, proxy } = await startBehindProxy()
    await passRow(fleet, {
      name: 'Redis is lost without a sign for one of two processes',
      begin: () => proxy.deaden(),
      end: () => undefined,
      processes: [0],
      hangs: true,
      opensCircuit: false,
      hint: unanswered,
    })
  })
})

/** A fleet whose first process reaches the server by a proxy. */
async function startBehindProxy(): Promise<{ readonly fleet: RedisFleet; readonly proxy: TcpProxy }> {
  let proxy: TcpProxy | undefined
  const fleet = await startFleet({
    async connect({ port, url }) {
      proxy = await startProxy(port)
      onTestFinished(proxy.close)
      return [await connectedIoredis(`redis://127.0.0.1:${proxy.port}`), await connectedNodeRedis(url)]
    },
  })
  return { fleet, proxy: proxy as TcpProxy }
}
