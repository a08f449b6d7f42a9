import type { RedisStoresOptions } from '@aauth-guard/redis'
import { Redis } from 'ioredis'

/** A client whose commands fail at once while there is no connection, and are never sent twice. */
export function connectIoredis(url: string): Redis {
  return new Redis(url, {
    autoResendUnfulfilledCommands: false,
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    // A connection that breaks without a sign, as when the server loses power, is replaced.
    socketTimeout: 1000,
  })
}

export function ioredis(client: Redis): Required<Pick<RedisStoresOptions, 'send' | 'subscribe'>> {
  return {
    send: ([command = '', ...args]) => client.call(command, ...args),
    subscribe(channels, onMessage, onLost) {
      const subscriber = client.duplicate({ autoResubscribe: false })
      const subscribeAgain = () =>
        subscriber.subscribe(...channels).then(
          () => onLost('subscribed'),
          () => subscriber.disconnect(true),
        )
      subscriber.on('ready', subscribeAgain)
      subscriber.on('message', onMessage)
      subscriber.on('close', () => onLost('connection closed'))
      subscriber.on('error', () => undefined)
      return () => subscriber.disconnect()
    },
  }
}
