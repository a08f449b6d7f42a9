import type { RedisStoresOptions } from '@aauth-guard/redis'
import { createCluster } from 'redis'

type Cluster = ReturnType<typeof connectNodeRedisCluster>

export function connectNodeRedisCluster(urls: string[]) {
  return createCluster({
    defaults: { disableOfflineQueue: true },
    rootNodes: urls.map((url) => ({ url })),
  }).on('error', (error) => console.error(error))
}

export function nodeRedisCluster(cluster: Cluster): Required<Pick<RedisStoresOptions, 'send' | 'subscribe'>> {
  return {
    send: (args, key) => cluster.sendCommand(key, false, args),
    subscribe(channels, onMessage, onLost) {
      const subscriber = cluster.duplicate({ defaults: {}, minimizeConnections: true })
      const onError = (error: unknown) => onLost(`${error}`)
      // A node that is ready again may be the one that passes messages on.
      subscriber.on('error', onError).on('node-error', onError)
      subscriber.on('node-ready', () => onLost('connected'))
      subscriber
        .connect()
        .then(() => subscriber.subscribe([...channels], (message, channel) => onMessage(channel, message)))
        .then(() => onLost('subscribed'), onError)
      return () => subscriber.destroy()
    },
  }
}
