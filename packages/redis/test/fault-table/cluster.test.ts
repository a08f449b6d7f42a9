import { expectOnly, expectRight, patience, recovered } from '@aauth-guard/fixtures/fault-table/fault-row'
import { type Fleet, makeFleet } from '@aauth-guard/fixtures/fault-table/fleet'
import { printRow } from '@aauth-guard/fixtures/fault-table/print-row'
import { makeScene, probeAll, probes, type Scene } from '@aauth-guard/fixtures/fault-table/probes'
import { startRedisCluster } from '@aauth-guard/fixtures/redis-cluster'
import type { RedisServer } from '@aauth-guard/fixtures/redis-server'
import { redisStores } from '@aauth-guard/redis'
import { Command } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { keepDeadlines, outlastDeadlines } from '../../../../scripts/patient-timers.ts'
import { hashed, Partition, partitionOf } from '../../src/names.ts'
import { connectIoredisCluster, ioredisCluster } from '../adapters/ioredis-cluster.ts'
import { connectNodeRedisCluster, nodeRedisCluster } from '../adapters/node-redis-cluster.ts'
import { absent } from '../redis-scene.ts'
import { disconnected, unanswered } from './redis-fleet.ts'

/** The others have noticed that a server is gone. */
const down = 'CLUSTERDOWN'
const issuer = 'https://notes.example'
const partitions = 8
const size = 3
/** One server is missed once it was silent for this time, and the others go on. */
const settings = ['--cluster-node-timeout', '500', '--cluster-require-full-coverage', 'no']

/** A fleet over a cluster: one process with ioredis, the other with node-redis. */
async function start(): Promise<{ readonly fleet: Fleet; readonly servers: readonly RedisServer[] }> {
  const cluster = await startRedisCluster(size, [...settings, '--appendonly', 'yes'])
  onTestFinished(cluster.close)
  const nodes = cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port }))
  const ioredis = connectIoredisCluster(nodes).on('error', () => undefined)
  onTestFinished(() => ioredis.disconnect())
  await new Promise((resolve) => ioredis.once('ready', resolve))
  const nodeRedis = connectNodeRedisCluster(cluster.servers.map(({ url }) => url))
  nodeRedis.removeAllListeners('error').on('error', () => undefined)
  await nodeRedis.connect()
  onTestFinished(() => nodeRedis.destroy())
  const stores = [ioredisCluster(ioredis), nodeRedisCluster(nodeRedis)].map((connected) =>
    redisStores({ issuer, partitions, ...connected }),
  )
  const [one, other] = stores as [(typeof stores)[0], (typeof stores)[0]]
  await one.prepare()
  const fleet = await makeFleet([one.stores, other.stores])
  onTestFinished(() => {
    fleet.close()
    for (const each of stores) each.close()
  })
  return { fleet, servers: cluster.servers }
}

/** The index of the server that holds what belongs to an issuer. */
function serverOf(name: string): number {
  const { marker } = new Partition('aauth', hashed(issuer), partitionOf(name, partitions))
  return Math.floor((new Command('GET', [marker]).getSlot() as number) / (16_384 / size))
}

/** A scene with a person server whose state the server holds that will be gone, and one with another. */
async function scenesOf(fleet: Fleet): Promise<readonly [gone: Scene, others: Scene, index: number]> {
  const names = Array.from({ length: 50 }, (_, index) => `https://ps${index}.example`)
  const [name = ''] = names
  const index = serverOf(name)
  const other = names.find((each) => serverOf(each) !== index) ?? ''
  const [first, second] = await Promise.all([name, other].map((id) => fleet.net.issuer('person-server', id)))
  return [await makeScene(fleet, first), await makeScene(fleet, second), index]
}

describe.skipIf(absent !== undefined)(`a cluster of Redis with a server that ${absent ?? ''}`, () => {
  it.each([
    ['is killed', 'kill', 'restart', disconnected],
    ['is stopped', 'stop', 'cont', unanswered],
  ] as const)(
    '%s answers 503 to requests under the issuers that it holds, and the others go on',
    async (title, begin, end, unreachable) => {
      const hint = new RegExp(`${unreachable.source}|${down}`)
      const { fleet, servers } = await start()
      const [gone, others, index] = await scenesOf(fleet)
      const server = servers[index] as RedisServer
      const before = await probeAll(gone)
      expectRight([...before, ...(await probeAll(others))])

      await server[begin]()
      onTestFinished(outlastDeadlines)
      keepDeadlines()
      // A clock that was set is compared again, and one server cannot tell its own.
      for (const process of fleet.processes) process.ahead = 2
      const during = await probeAll(gone)
      for (const outcomes of during) expectOnly(outcomes, probes, { hint })
      await vi.waitFor(async () => expectRight(await probeAll(others)), patience)
      for (const outcomes of await probeAll(gone)) expectOnly(outcomes, probes, { hint })
      await server[end]()
      outlastDeadlines()

      const endedAt = performance.now()
      const after = await recovered(gone)
      const milliseconds = Math.round(performance.now() - endedAt)
      expectRight(await probeAll(others))
      expect(fleet.wrongs).toEqual([])
      printRow({
        name: `A server of a cluster ${title}: issuers that it holds`,
        before,
        during,
        after,
        milliseconds,
      })
    },
  )
})
