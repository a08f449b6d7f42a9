import { passPushRow } from '@aauth-guard/fixtures/fault-table/push-row'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import { describe, it, onTestFinished } from 'vitest'
import { absent } from '../redis-scene.ts'
import { connectedIoredis, connectedNodeRedis, type RedisFleet, startFleet } from './redis-fleet.ts'

const clients = [
  ['ioredis', connectedIoredis],
  ['node-redis', connectedNodeRedis],
] as const

describe.skipIf(absent !== undefined).each(clients)(
  `open connections of a process with %s whose subscription ${absent ?? ''}`,
  (client, connect) => {
    /** A fleet whose second process subscribes by a proxy, and sends its commands directly. */
    async function start(): Promise<{ readonly fleet: RedisFleet; readonly proxy: TcpProxy }> {
      let proxy: TcpProxy | undefined
      const fleet = await startFleet({
        async connect({ port, url }) {
          proxy = await startProxy(port)
          onTestFinished(proxy.close)
          const { subscribe } = await connect(`redis://127.0.0.1:${proxy.port}`)
          return [await connectedIoredis(url), { ...(await connect(url)), subscribe }]
        },
      })
      return { fleet, proxy: proxy as TcpProxy }
    }

    it('is broken by the server (CLIENT KILL) end when another process revokes or terminates', async () => {
      const { fleet } = await start()
      await passPushRow(fleet, {
        name: `The subscription of ${client} is broken by the server`,
        begin: () => fleet.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      })
    })

    it('is broken, and cannot be made again for a while, end all the same', async () => {
      const { fleet, proxy } = await start()
      await passPushRow(fleet, {
        name: `The subscription of ${client} cannot be made again`,
        begin: () => proxy.cut(),
        end: () => proxy.mend(),
      })
    })

    it.each(['hold', 'deaden'] as const)(
      'brings nothing, without a sign (%s), end all the same',
      async (how) => {
        const { fleet, proxy } = await start()
        await passPushRow(fleet, {
          name: `The subscription of ${client} brings nothing (${how})`,
          begin: () => proxy[how](),
          end: () => proxy.mend(),
        })
      },
    )
  },
)
