import { type ClockShift, noClockShift, shiftableClock } from '@aauth-guard/fixtures/clock-shift'
import {
  noRedis,
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from '@aauth-guard/fixtures/redis-server'
import { type RedisStores, type RedisStoresOptions, redisStores, type Send } from '@aauth-guard/redis'
import { Redis } from 'ioredis'

/** Why these tests cannot run here, for the title of what is skipped. */
export const absent: string | undefined = noRedis ?? noClockShift

/** One server whose clock tests set, and any number of processes that use it, each with a client of its own. */
export interface Scene {
  readonly server: RedisServer
  readonly clock: ClockShift
  /** A client for what an operator or an attacker does. */
  readonly admin: Redis
  /** How many connections the stores have made. */
  connect(): Send
  /** Stores of a process, over a connection of its own. */
  stores(options?: Partial<RedisStoresOptions>): RedisStores
  /** Likewise, of data that is prepared and that no other store uses. */
  prepared(options?: Partial<RedisStoresOptions>): Promise<RedisStores>
  close(): Promise<void>
}

export async function startScene(options: RedisServerOptions = {}): Promise<Scene> {
  const clock = shiftableClock()
  const server = await startRedis({ ...options, clock })
  const clients: Redis[] = []
  const open = (): Redis => {
    const client = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  const connect = (): Send => {
    const client = open()
    return ([command = '', ...args]) => client.call(command, ...args)
  }
  let resources = 0
  const stores: Scene['stores'] = (given = {}) =>
    redisStores({ issuer: 'https://notes.example', send: connect(), ...given })
  return {
    server,
    clock,
    admin: open(),
    connect,
    stores,
    async prepared(given = {}) {
      resources += 1
      const made = stores({ issuer: `https://notes-${resources}.example`, ...given })
      await made.prepare()
      return made
    },
    async close() {
      for (const client of clients) client.disconnect()
      await server.close()
      clock.close()
    },
  }
}

/** Why each of these calls failed, beginning with the name of the error; `'answered'` if it did not. */
export async function faultsOf(calls: readonly unknown[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls)
  return settled.map((call) => (call.status === 'rejected' ? `${call.reason}` : 'answered'))
}
