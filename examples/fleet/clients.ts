import type { Listen, Query } from '@aauth-guard/postgres'
import type { Send, Subscribe } from '@aauth-guard/redis'
import { Redis } from 'ioredis'
import pg from 'pg'

/** How `redisStores` reaches Redis. */
export interface RedisClients {
  readonly send: Send
  readonly subscribe: Subscribe
  close(): void
}

/** Commands fail at once while there is no connection, and none is sent twice. */
export function connectRedis(url: string): RedisClients {
  const client = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    // A connection that breaks without a sign is replaced.
    socketTimeout: 1000,
  })
  // The stores report what fails.
  client.on('error', () => undefined)
  const subscribe: Subscribe = (channels, onMessage, onLost) => {
    const subscriber = client.duplicate({ autoResubscribe: false })
    subscriber.on('ready', () =>
      subscriber.subscribe(...channels).then(
        () => onLost('subscribed'),
        () => subscriber.disconnect(true),
      ),
    )
    subscriber.on('message', onMessage)
    subscriber.on('close', () => onLost('the connection was closed'))
    subscriber.on('error', () => undefined)
    return () => subscriber.disconnect()
  }
  return {
    send: ([command = '', ...args]) => client.call(command, ...args),
    subscribe,
    close: () => client.disconnect(),
  }
}

/** How `postgresStores` reaches PostgreSQL. */
export interface PostgresClients {
  readonly query: Query
  readonly listen: Listen
  close(): Promise<void>
}

export function connectPostgres(url: string): PostgresClients {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 500 })
  // A connection that is idle may break.
  pool.on('error', () => undefined)
  return {
    query: (text, values) => pool.query(text, values),
    listen(channel, onMessage, onLost) {
      const client = new pg.Client({ connectionString: url })
      client.on('notification', ({ payload }) => onMessage(payload ?? ''))
      client.on('error', ({ message }) => onLost(message))
      client.on('end', () => onLost('the connection ended'))
      client
        .connect()
        .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
        .catch(({ message }: Error) => onLost(message))
      return () => void client.end().catch(() => undefined)
    },
    close: () => pool.end(),
  }
}
