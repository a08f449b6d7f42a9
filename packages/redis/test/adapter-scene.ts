import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RedisCluster, startRedisCluster } from '@aauth-guard/fixtures/redis-cluster'
import { type RedisServer, startRedis } from '@aauth-guard/fixtures/redis-server'
import type { RedisStoresOptions } from '@aauth-guard/redis'
import { Redis } from 'ioredis'
import { connectIoredis, ioredis } from './adapters/ioredis.ts'
import { connectIoredisCluster, ioredisCluster } from './adapters/ioredis-cluster.ts'
import { connectNodeRedis, nodeRedis } from './adapters/node-redis.ts'
import { connectNodeRedisCluster, nodeRedisCluster } from './adapters/node-redis-cluster.ts'
import { upstash } from './adapters/upstash.ts'

/** A client as a process has it. */
export interface Connected extends Pick<RedisStoresOptions, 'send' | 'subscribe'> {
  readonly close: () => unknown
}

/** The servers that a client connects to. */
export interface Servers {
  readonly all: readonly RedisServer[]
  readonly close: () => Promise<void>
}

/** A client, and how the README of the package connects it. */
export interface Adapter {
  readonly name: string
  readonly partitions: number
  readonly start: () => Promise<Servers>
  readonly connect: (servers: Servers) => Promise<Connected>
}

const single = async (): Promise<Servers> => {
  const server = await startRedis()
  return { all: [server], close: () => server.close() }
}
const cluster = async (): Promise<Servers> => {
  const { servers, close }: RedisCluster = await startRedisCluster()
  return { all: servers, close }
}
const urlOf = ({ all }: Servers): string => (all[0] as RedisServer).url

export const adapters: readonly Adapter[] = [
  {
    name: 'ioredis',
    partitions: 1,
    start: single,
    async connect(servers) {
      const client = connectIoredis(urlOf(servers)).on('error', () => undefined)
      await new Promise((resolve) => client.once('ready', resolve))
      return { ...ioredis(client), close: () => client.disconnect() }
    },
  },
  {
    name: 'ioredis-cluster',
    partitions: 8,
    start: cluster,
    async connect({ all }) {
      const client = connectIoredisCluster(all.map(({ port }) => ({ host: '127.0.0.1', port })))
      client.on('error', () => undefined)
      await new Promise((resolve) => client.once('ready', resolve))
      return { ...ioredisCluster(client), close: () => client.disconnect() }
    },
  },
  {
    name: 'node-redis',
    partitions: 1,
    start: single,
    async connect(servers) {
      const client = connectNodeRedis(urlOf(servers))
      await client.connect()
      return { ...nodeRedis(client), close: () => client.destroy() }
    },
  },
  {
    name: 'node-redis-cluster',
    partitions: 8,
    start: cluster,
    async connect({ all }) {
      const client = connectNodeRedisCluster(all.map(({ url }) => url))
      await client.connect()
      return { ...nodeRedisCluster(client), close: () => client.destroy() }
    },
  },
  {
    name: 'upstash',
    partitions: 1,
    start: single,
    async connect(servers) {
      const double = await upstashDouble(urlOf(servers))
      return { ...upstash(double.url, 'token'), close: double.close }
    },
  },
]

/** Answers as Upstash does, over a real Redis. */
async function upstashDouble(redis: string): Promise<{ readonly url: string; readonly close: () => void }> {
  const client = new Redis(redis)
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk as Uint8Array)
    const [command = '', ...args] = JSON.parse(Buffer.concat(chunks).toString()) as string[]
    const answer =
      request.headers.authorization === 'Bearer token'
        ? await client.call(command, ...args).then(
            (result) => ({ result }),
            (error: Error) => ({ error: error.message }),
          )
        : { error: 'Unauthorized' }
    response.writeHead('error' in answer ? 400 : 200).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      client.disconnect()
      server.closeAllConnections()
      server.close()
    },
  }
}
