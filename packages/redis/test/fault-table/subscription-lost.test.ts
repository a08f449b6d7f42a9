import { passPushRow } from '@aauth-guard/fixtures/fault-table/push-row'
import { startProxy, type TcpProxy } from '@aauth-guard/fixtures/tcp-proxy'
import type { Subscribe } from '@aauth-guard/redis'
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
    async function start(): Promise<{
      readonly fleet: RedisFleet
      readonly proxy: TcpProxy
      readonly messages: readonly string[]
    }> {
      let proxy: TcpProxy | undefined
      const messages: string[] = []
      const fleet = await startFleet({
        async connect({ port, url }) {
          proxy = await startProxy(port)
          onTestFinished(proxy.close)
          const { subscribe } = await connect(`redis://127.0.0.1:${proxy.port}`)
          const counting: Subscribe = (channels, onMessage, onLost) => {
            const counted: typeof onMessage = (channel, message) => {
              messages.push(message)
              onMessage(channel, message)
            }
            return subscribe?.(channels, counted, onLost) ?? (() => undefined)
          }
          return [await connectedIoredis(url), { ...(await connect(url)), subscribe: counting }]
        },
      })
      return { fleet, proxy: proxy as TcpProxy, messages }
    }

    it('is broken by the server (CLIENT KILL) end when another process revokes or terminates', async () => {
      const { fleet, messages } = await start()
      await passPushRow(fleet, {
        messages,
        name: `The subscription of ${client} is broken by the server`,
        begin: () => fleet.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      })
    })

    it('is broken, and cannot be made again for a while, end all the same', async () => {
      const { fleet, proxy, messages } = await start()
      await passPushRow(fleet, {
        messages,
        name: `The subscription of ${client} cannot be made again`,
        begin: () => proxy.cut(),
        end: () => proxy.mend(),
      })
    })

    it.each(['hold', 'deaden'] as const)(
      'brings nothing, without a sign (%s), end all the same',
      async (how) => {
        const { fleet, proxy, messages } = await start()
        await passPushRow(fleet, {
          messages,
          name: `The subscription of ${client} brings nothing (${how})`,
          begin: () => proxy[how](),
          isSilent: true,
          end: () => proxy.mend(),
        })
      },
    )
  },
)
