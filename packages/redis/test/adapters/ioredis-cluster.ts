import type { RedisStoresOptions } from '@aauth-guard/redis'
import { Cluster, Command, type Redis } from 'ioredis'

/** `retryDelayOnFailover: 0`, since a command must not be sent again whose reply was lost. */
export function connectIoredisCluster(nodes: { host: string; port: number }[]): Cluster {
  return new Cluster(nodes, {
    redisOptions: {
      autoResendUnfulfilledCommands: false,
      commandTimeout: 500,
      maxRetriesPerRequest: 0,
      socketTimeout: 1000,
    },
    retryDelayOnFailover: 0,
  })
}

/** Commands of the stores that have no key, and must reach the node of one. */
const keyless = ['INFO', 'PUBLISH', 'TIME', 'WAIT']

export function ioredisCluster(cluster: Cluster): Required<Pick<RedisStoresOptions, 'send' | 'subscribe'>> {
  return {
    async send([command = '', ...args], key = '') {
      if (!keyless.includes(command)) return cluster.call(command, ...args)
      const slot = new Command('GET', [key]).getSlot()
      return cluster.sendCommand(new Command(command, args, { replyEncoding: 'utf8' }), undefined, { slot })
    },
    subscribe(channels, onMessage, onLost) {
      let subscriber: Redis | undefined
      let timer: NodeJS.Timeout | undefined
      // Every node passes on what is published. If one is lost, another one is tried.
      const connect = () => {
        const nodes = cluster.nodes('master')
        subscriber = nodes[Math.floor(Math.random() * nodes.length)]?.duplicate({
          enableOfflineQueue: true,
          retryStrategy: () => null,
        })
        if (subscriber === undefined) return again()
        subscriber.on('message', onMessage)
        subscriber.on('error', () => undefined)
        subscriber.on('end', again)
        subscriber.subscribe(...channels).then(
          () => onLost('subscribed'),
          () => subscriber?.disconnect(),
        )
      }
      const again = () => {
        onLost('connection closed')
        timer = setTimeout(connect, 50)
      }
      connect()
      return () => {
        clearTimeout(timer)
        subscriber?.off('end', again)
        subscriber?.disconnect()
      }
    },
  }
}
