import { passRow, patience } from '@aauth-guard/fixtures/fault-table/fault-row'
import { type Probe, writes } from '@aauth-guard/fixtures/fault-table/probes'
import { type RedisServer, startRedis } from '@aauth-guard/fixtures/redis-server'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { absent } from '../redis-scene.ts'
import { type RedisFleet, startFleet } from './redis-fleet.ts'

interface Case {
  readonly title: string
  readonly begin: (fleet: RedisFleet) => Promise<unknown>
  readonly end: (fleet: RedisFleet) => Promise<unknown>
  readonly hint: RegExp
  /** Default everything. */
  readonly fails?: readonly Probe[]
}

const set = ({ admin }: RedisFleet, name: string, value: string): Promise<unknown> =>
  admin.config('SET', name, value)
const infoOf = (admin: Redis, section: string, line: string): Promise<unknown> =>
  vi.waitFor(async () => expect(await admin.info(section)).toContain(line), patience)
/** A replica that has received everything. Its master waits for no other replica before it sends what it has. */
async function startReplica({ server, admin }: RedisFleet): Promise<{ server: RedisServer; admin: Redis }> {
  await admin.config('SET', 'repl-diskless-sync-delay', '0')
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${server.port}`] })
  const replicaAdmin = new Redis(replica.url).on('error', () => undefined)
  onTestFinished(async () => {
    replicaAdmin.disconnect()
    await replica.close()
  })
  await infoOf(replicaAdmin, 'replication', 'master_link_status:up')
  return { server: replica, admin: replicaAdmin }
}

const cases: readonly Case[] = [
  {
    title: 'has become a replica (READONLY): all requests get 503, also those that only read',
    async begin(fleet) {
      const other = await startReplica(fleet)
      await other.admin.replicaof('NO', 'ONE')
      await other.admin.config('SET', 'repl-diskless-sync-delay', '0')
      await fleet.admin.replicaof('127.0.0.1', other.server.port)
      await infoOf(fleet.admin, 'replication', 'master_link_status:up')
    },
    end: ({ admin }) => admin.replicaof('NO', 'ONE'),
    hint: /READONLY/,
  },
  {
    title:
      'has lost its replicas (NOREPLICAS): all requests get 503, since another master may have been chosen',
    async begin(fleet) {
      const { server } = await startReplica(fleet)
      await set(fleet, 'min-replicas-to-write', '1')
      await infoOf(fleet.admin, 'replication', 'min_slaves_good_slaves:1')
      await server.kill()
      await infoOf(fleet.admin, 'replication', 'min_slaves_good_slaves:0')
    },
    end: startReplica,
    hint: /NOREPLICAS/,
  },
  {
    title: 'has no memory left (OOM): what must be recorded gets 503, and other requests are decided',
    begin: (fleet) => set(fleet, 'maxmemory', '1'),
    end: (fleet) => set(fleet, 'maxmemory', '0'),
    hint: /OOM|no answer about mission/,
    fails: ['GET under a mission', ...writes],
  },
  {
    title: 'cannot save its data (MISCONF): all requests get 503',
    async begin(fleet) {
      await set(fleet, 'save', '900 1')
      await set(fleet, 'dir', '/proc')
      await fleet.admin.bgsave()
      await infoOf(fleet.admin, 'persistence', 'rdb_last_bgsave_status:err')
    },
    end: (fleet) => set(fleet, 'save', ''),
    hint: /MISCONF/,
  },
  {
    title: 'runs a script of somebody else that does not end (BUSY): all requests get 503',
    async begin(fleet) {
      await set(fleet, 'busy-reply-threshold', '1')
      const other = new Redis(fleet.server.url)
      onTestFinished(() => other.disconnect())
      // It is killed in the end.
      other.eval('while true do end', 0).catch(() => undefined)
      await vi.waitFor(() => expect(fleet.admin.ping()).rejects.toThrow('BUSY'), patience)
    },
    end: ({ admin }) => admin.script('KILL'),
    hint: /BUSY/,
  },
  {
    title: 'has lost the scripts (SCRIPT FLUSH): they are sent again, and no request notices',
    begin: ({ admin }) => admin.script('FLUSH'),
    end: async () => undefined,
    hint: /nothing/,
    fails: [],
  },
]

describe.skipIf(absent !== undefined)(`a Redis that ${absent ?? ''}`, () => {
  it.each(cases)('$title', async ({ title, begin, end, hint, fails }) => {
    const fleet = await startFleet({ args: ['--enable-protected-configs', 'yes'] })
    await passRow(fleet, {
      name: `Redis ${title.split(':', 1)[0]}`,
      begin: () => begin(fleet),
      end: () => end(fleet),
      hint,
      opensCircuit: false,
      ...(fails && { fails }),
    })
  })
})
