import type { RedisStoresOptions } from '@aauth-guard/redis'
import { createClient } from 'redis'

type Client = ReturnType<typeof connectNodeRedis>

/** A client whose commands fail at once while there is no connection. They are never sent twice. */
export function connectNodeRedis(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: (retries) => Math.min(50 * (retries + 1), 500) },
  }).on('error', (error) => console.error(error))
}

export function nodeRedis(client: Client): Required<Pick<RedisStoresOptions, 'send' | 'subscribe'>> {
  return {
    send: (args) => client.sendCommand(args),
    subscribe(channels, onMessage, onLost) {
      const subscriber = client.duplicate({ disableOfflineQueue: false })
      const onError = (error: unknown) => onLost(`${error}`)
      // It subscribes again before it is ready again.
      subscriber.on('error', onError).on('ready', () => onLost('connected'))
      subscriber
        .connect()
        .then(() => subscriber.subscribe([...channels], (message, channel) => onMessage(channel, message)))
        .then(() => onLost('subscribed'), onError)
      return () => subscriber.destroy()
    },
  }
}
