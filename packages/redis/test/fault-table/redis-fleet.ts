/** A fleet of two processes over one Redis: one with ioredis, the other with node-redis. */
import { type ClockShift, shiftableClock } from '@aauth-guard/fixtures/clock-shift'
import { type Fleet, makeFleet } from '@aauth-guard/fixtures/fault-table/fleet'
import type { RedisSentinel } from '@aauth-guard/fixtures/redis-sentinel'
import { type RedisServer, type RedisServerOptions, startRedis } from '@aauth-guard/fixtures/redis-server'
import { type RedisStores, type RedisStoresOptions, redisStores } from '@aauth-guard/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'
import type { Connected } from '../adapter-scene.ts'
import { connectIoredis, ioredis } from '../adapters/ioredis.ts'
import { nodeRedis } from '../adapters/node-redis.ts'

const issuer = 'https://notes.example'
const nothing = (): void => undefined
/** Milliseconds. Clients of the README wait longer from attempt to attempt, which shows nothing and takes time. */
const pause = 50

/** What the clients say who have no connection. */
export const disconnected =
  /Stream isn't writeable|Connection is closed|max retries|The client is (?:closed|offline)|Socket closed|ECONN|EPIPE/
/** What they say who get no answer, until they make another connection. */
export const unanswered = new RegExp(`Command timed out|${disconnected.source}`)

export interface RedisFleet extends Fleet {
  readonly server: RedisServer
  readonly clock: ClockShift
  /** A client of the operator, or of somebody else. */
  readonly admin: Redis
  readonly stores: readonly [RedisStores, RedisStores]
  /** Moves all clocks. */
  advance(seconds: number): void
}

/** How a fleet is started. */
export interface RedisFleetOptions extends RedisServerOptions {
  /** Whether clocks run, for what the server does by its clock; by default they stand. */
  readonly runs?: boolean
  /** Connects the processes; by default one with ioredis, and the other with node-redis. */
  readonly connect?: (server: RedisServer, clock: ClockShift) => Promise<readonly [Connected, Connected]>
  /** More options of the stores. */
  readonly storeOptions?: Partial<RedisStoresOptions>
}

/** Starts a server with prepared data, and a fleet that ends with the test. */
export async function startFleet({
  runs = false,
  connect = connectDirectly,
  storeOptions = {},
  ...options
}: RedisFleetOptions = {}): Promise<RedisFleet> {
  const clock = shiftableClock()
  onTestFinished(() => clock.close())
  const server = await startRedis({ ...options, clock })
  onTestFinished(() => server.close())
  if (!runs) clock.freeze()
  const admin = new Redis(server.url, { retryStrategy: () => pause }).on('error', nothing)
  onTestFinished(() => admin.disconnect())
  const [one, other] = await connect(server, clock)
  const storesOf = (connected: Connected): RedisStores =>
    redisStores({ issuer, ...storeOptions, ...connected })
  const stores = [storesOf(one), storesOf(other)] as const
  await stores[0].prepare()
  const fleet = await makeFleet([stores[0].stores, stores[1].stores], runs ? undefined : clock.now())
  closeFirst(fleet, stores)
  return {
    ...fleet,
    server,
    clock,
    admin,
    stores,
    advance(seconds) {
      clock.advance(seconds)
      fleet.net.clock.advance(seconds)
    },
  }
}

/** Hooks of a test run in the reverse order. */
export function closeFirst(fleet: Fleet, stores: readonly RedisStores[]): void {
  onTestFinished(() => {
    fleet.close()
    for (const each of stores) each.close()
  })
}

async function connectDirectly({ url }: RedisServer): Promise<readonly [Connected, Connected]> {
  return [await connectedIoredis(url), await connectedNodeRedis(url)]
}

export async function connectedIoredis(url: string): Promise<Connected> {
  const client = connectIoredis(url).on('error', nothing)
  client.options.retryStrategy = () => pause
  await new Promise((resolve) => client.once('ready', resolve))
  return closing({ ...ioredis(client), close: () => client.disconnect() })
}

export async function connectedNodeRedis(url: string): Promise<Connected> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => pause } })
  client.on('error', nothing)
  await client.connect()
  return closing({ ...nodeRedis(client), close: () => client.destroy() })
}

/** With the settings of the README, and the master that Sentinel names. */
export async function connectedBySentinel({ port, name }: RedisSentinel): Promise<Connected> {
  const client = new Redis({
    sentinels: [{ host: '127.0.0.1', port }],
    name,
    sentinelRetryStrategy: () => pause,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => pause,
    socketTimeout: 1000,
  }).on('error', nothing)
  await new Promise((resolve) => client.once('ready', resolve))
  return closing({ ...ioredis(client), close: () => client.disconnect() })
}

function closing(connected: Connected): Connected {
  onTestFinished(() => void connected.close())
  return connected
}
