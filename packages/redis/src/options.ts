import type { LinkLimits } from './kinds/links.ts'
import type { RecordLimits } from './kinds/records.ts'
import type { ReplayLimits } from './kinds/replays.ts'
import type { RevocationLimits } from './kinds/revocations.ts'
import type { StatusLimits } from './kinds/statuses.ts'
import type { TombstoneLimits } from './kinds/tombstones.ts'

/**
 * Sends one command and resolves with its reply, or rejects with an error whose message begins with that of the server.
 * It must not send a command again whose reply was lost, and rejects if the connection breaks.
 *
 * @param args the command and its arguments
 * @param key a key of the command, or of the server that it must reach, for clients of a cluster that need it to find
 *   the node
 * @example
 * ```ts
 * import type { Send } from '@aauth-guard/redis'
 * import { createCluster } from 'redis'
 *
 * const cluster = await createCluster({ rootNodes: [{ url: 'redis://localhost:7000' }] }).connect()
 * export const send: Send = (args, key) => cluster.sendCommand(key, false, args)
 * ```
 */
export type Send = (args: string[], key: string | undefined) => Promise<unknown>

/**
 * Subscribes to channels, on a connection of its own that reconnects by itself.
 *
 * @param onLost called whenever the connection is lost, and whenever the subscription has been made or renewed. The stores
 *   then publish a message to themselves, to find out whether changes are heard.
 * @returns a function that ends the subscription
 * @example
 * ```ts
 * import type { Subscribe } from '@aauth-guard/redis'
 * import { Redis } from 'ioredis'
 *
 * export const subscribe: Subscribe = (channels, onMessage, onLost) => {
 *   const subscriber = new Redis({ autoResubscribe: false })
 *   const subscribeAgain = () =>
 *     subscriber.subscribe(...channels).then(
 *       () => onLost('subscribed'),
 *       () => subscriber.disconnect(true),
 *     )
 *   subscriber.on('ready', subscribeAgain)
 *   subscriber.on('message', onMessage)
 *   subscriber.on('close', () => onLost('connection closed'))
 *   subscriber.on('error', () => undefined)
 *   return () => subscriber.disconnect()
 * }
 * ```
 */
export type Subscribe = (
  channels: readonly string[],
  onMessage: (channel: string, message: string) => void,
  onLost: (hint: string) => void,
) => () => void

/** How much is kept of each kind. */
export interface RedisLimits {
  readonly revocations?: Partial<RevocationLimits>
  readonly tombstones?: Partial<TombstoneLimits>
  readonly replays?: Partial<ReplayLimits>
  readonly links?: Partial<LinkLimits>
  readonly statuses?: Partial<StatusLimits>
  readonly records?: Partial<RecordLimits>
}

/** What the stores need of Redis, whatever is kept in them. */
export interface ConnectionOptions {
  /** Identifier of the resource, as in `createResource`. Resources with different identifiers share no state. */
  readonly issuer: string
  /** How commands reach the server. */
  readonly send: Send
  /**
   * How changes are heard. Without it the guard asks the store once a second for what open streams depend on.
   */
  readonly subscribe?: Subscribe | undefined
  /** Begins the names of all keys and channels; default `'aauth'`. */
  readonly prefix?: string | undefined
  /**
   * Number of parts, 1 to 64, default 1, that issuers are distributed over. In a cluster each part is kept by one node.
   * `prepare` fixes it.
   */
  readonly partitions?: number | undefined
  /**
   * Number of replicas, default 0, that must have received a revocation, purge or termination within 400 ms before it
   * counts as recorded. It takes one more round trip, and `send` must use one connection per server.
   */
  readonly replicas?: number | undefined
  /**
   * Whether a change that was acknowledged survives a crash of the server and a failover. Default `false`, since Redis
   * acknowledges what it has neither written to a disk nor sent to a replica. Say `true` if your servers run with
   * `appendonly yes` and `appendfsync always`, and no replica becomes the master without the last change. Held calls need
   * it, or `durability: 'lossy'`.
   */
  readonly durable?: boolean | undefined
  /**
   * What happens if the server has no data. With `'refuse'`, the default, requests get 503 until an operator runs
   * `prepare`. With `'begin'` the first process runs `prepare({ afterLoss: true })`: all revocations and terminations
   * that were lost are ignored without any notice.
   */
  readonly whenEmpty?: 'refuse' | 'begin' | undefined
}

/** Options of {@link redisStores}. */
export interface RedisStoresOptions extends ConnectionOptions {
  /** How much is kept. Numbers for all unlisted issuers together are per partition. */
  readonly limits?: RedisLimits | undefined
}

/** The options with their defaults. */
export interface Settings {
  readonly issuer: string
  readonly send: Send
  readonly subscribe: Subscribe | undefined
  readonly prefix: string
  readonly partitions: number
  readonly replicas: number
  readonly durable: boolean
  readonly whenEmpty: 'refuse' | 'begin'
}

/** @throws {TypeError} naming the option and the remedy */
export function settingsOf({
  issuer,
  send,
  subscribe,
  prefix = 'aauth',
  partitions = 1,
  replicas = 0,
  durable = false,
  whenEmpty = 'refuse',
}: ConnectionOptions): Settings {
  check(typeof issuer === 'string' && issuer !== '', 'issuer', issuer, 'write the "issuer" of createResource')
  check(typeof send === 'function', 'send', send, 'pass a function that sends a command')
  const isSubscribe = subscribe === undefined || typeof subscribe === 'function'
  check(isSubscribe, 'subscribe', subscribe, 'pass a function, or leave it out')
  const isPrefix =
    typeof prefix === 'string' && prefix !== '' && !prefix.includes('{') && !prefix.includes('}')
  check(isPrefix, 'prefix', prefix, 'write a text without braces')
  check(isWhole(partitions, 1, 64), 'partitions', partitions, 'write a whole number from 1 to 64')
  check(isWhole(replicas, 0, 100), 'replicas', replicas, 'write a whole number from 0 to 100')
  check(typeof durable === 'boolean', 'durable', durable, 'write true or false')
  const isKnown = whenEmpty === 'refuse' || whenEmpty === 'begin'
  check(isKnown, 'whenEmpty', whenEmpty, "write 'refuse' or 'begin'")
  return { issuer, send, subscribe, prefix, partitions, replicas, durable, whenEmpty }
}

/** The limits of one kind. @throws {TypeError} naming the limit and the remedy */
export function limitsOf<Limits extends object>(
  kind: string,
  defaults: Limits,
  given: Partial<Limits> = {},
): Limits {
  for (const [name, value] of Object.entries(given)) {
    check(Object.hasOwn(defaults, name), `limits.${kind}.${name}`, value, 'remove it, since it is unknown')
    const isLimit = value === undefined || isWhole(value, 1, Number.MAX_SAFE_INTEGER)
    check(isLimit, `limits.${kind}.${name}`, value, 'write a whole number of at least 1')
  }
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(set) }
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
}

function check(holds: boolean, name: string, value: unknown, remedy: string): void {
  if (!holds) throw new TypeError(`"${name}" is ${`${JSON.stringify(value)}`.slice(0, 128)}: ${remedy}`)
}
