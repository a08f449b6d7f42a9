import type { Send, Subscribe } from '@aauth-guard/redis'

/** What is used of the package `ioredis`. */
interface Ioredis {
  readonly Redis: new (url: string, options: Readonly<Record<string, unknown>>) => Client
}

interface Client {
  call(command: string, ...args: string[]): Promise<unknown>
  duplicate(options: Readonly<Record<string, unknown>>): Client
  subscribe(...channels: string[]): Promise<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own
  on(event: string, listener: (...args: any[]) => void): unknown
  disconnect(reconnect?: boolean): void
}

/** What the stores need of Redis. */
export interface RedisClient {
  readonly send: Send
  readonly subscribe: Subscribe
  /** Resolves once there is a connection, and rejects after five seconds without one. */
  connected(): Promise<void>
  close(): void
}

/** Commands fail at once while there is no connection, and none is sent twice. */
export function connectRedis({ Redis }: Ioredis, url: string): RedisClient {
  const client = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, 500),
    // A connection that breaks without a sign is replaced.
    socketTimeout: 1000,
  })
  // The stores report what fails.
  let fault = 'there is no connection'
  client.on('error', ({ message }: Error) => {
    fault = message
  })
  let isConnected = false
  const connection = new Promise<void>((resolve) => {
    client.on('ready', () => {
      isConnected = true
      resolve()
    })
  })
  return {
    send: ([command = '', ...args]) => client.call(command, ...args),
    subscribe(channels, onMessage, onLost) {
      const subscriber = client.duplicate({ autoResubscribe: false })
      subscriber.on('ready', () => {
        subscriber.subscribe(...channels).then(
          () => onLost('subscribed'),
          () => subscriber.disconnect(true),
        )
      })
      subscriber.on('message', onMessage)
      subscriber.on('close', () => onLost('the connection was closed'))
      subscriber.on('error', () => undefined)
      return () => subscriber.disconnect()
    },
    async connected() {
      if (isConnected) return
      const signal = AbortSignal.timeout(5000)
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error(fault)))
      })
      await Promise.race([connection, late])
    },
    close: () => client.disconnect(),
  }
}
