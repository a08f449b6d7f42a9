import { expectOnly, expectRight, patience, recovered } from '@aauth-guard/fixtures/fault-table/fault-row'
import type { Outcome, Signed } from '@aauth-guard/fixtures/fault-table/fleet'
import { printRow } from '@aauth-guard/fixtures/fault-table/print-row'
import { makeScene, probeAll, probes } from '@aauth-guard/fixtures/fault-table/probes'
import { acceptedAgain } from '@aauth-guard/fixtures/fault-table/race-row'
import { noSentinel, startSentinel } from '@aauth-guard/fixtures/redis-sentinel'
import { type RedisServer, startRedis } from '@aauth-guard/fixtures/redis-server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { absent } from '../redis-scene.ts'
import { connectedBySentinel, disconnected, type RedisFleet, startFleet } from './redis-fleet.ts'

const skipped = absent ?? noSentinel
/** Changes of each kind that are sent to a master whose replica does not receive them. */
const changes = 5

/** A fleet that asks Sentinel for the master. */
async function startWithReplica(replicas: number): Promise<{ fleet: RedisFleet; replica: RedisServer }> {
  let replica: RedisServer | undefined
  const fleet = await startFleet({
    storeOptions: { replicas },
    // Without it, the replica gets its first copy by the clock, which stands.
    args: ['--repl-diskless-sync-delay', '0'],
    async connect(master, clock) {
      const followed = ['--replicaof', '127.0.0.1', `${master.port}`]
      replica = await startRedis({ args: [...followed, '--repl-diskless-sync-delay', '0'], clock })
      onTestFinished(replica.close)
      const sentinel = await startSentinel(master)
      onTestFinished(sentinel.close)
      return [await connectedBySentinel(sentinel), await connectedBySentinel(sentinel)]
    },
  })
  return { fleet, replica: replica as RedisServer }
}

/** Sends changes to both processes. @returns the requests that must be refused since their change was acknowledged */
async function change(fleet: RedisFleet): Promise<Signed[]> {
  const [one, other] = fleet.processes
  const acknowledged: Signed[] = []
  for (let index = 0; index < changes; index += 1) {
    const mission = fleet.newMission()
    const [revoked, terminated, used] = await Promise.all([fleet.get(), fleet.get({ mission }), fleet.post()])
    // One by one: while a process waits for a replica, its connection answers nothing else.
    if (!isUnavailable(await waitedFor(fleet, one.revoke(revoked.token)))) acknowledged.push(revoked)
    if (!isUnavailable(await waitedFor(fleet, other.terminate(mission)))) acknowledged.push(terminated)
    if (!isUnavailable(await one.send(used))) acknowledged.push(used)
  }
  return acknowledged
}

/** A master waits for its replicas by its clock, which goes on where it does. */
async function waitedFor({ admin, clock }: RedisFleet, change: Promise<Outcome>): Promise<Outcome> {
  const isWaiting = async (): Promise<void> => {
    while (!(await admin.info('clients')).includes('blocked_clients:1'));
    clock.advance(0.5)
  }
  await Promise.race([change, isWaiting()])
  return change
}

function isUnavailable({ verdict }: Outcome): boolean {
  return verdict === '503 server_error'
}

describe.skipIf(skipped !== undefined)(`a failover of Redis by Sentinel ${skipped ?? ''}`, () => {
  it.each([
    { title: 'loses what only the old master had', settings: {}, replicas: 0, alone: 3 * changes },
    {
      title: 'with "replicas: 1" loses used signatures only, since other changes were not acknowledged',
      settings: {},
      replicas: 1,
      alone: changes,
    },
    {
      title:
        'with "min-replicas-to-write 1" loses nothing, since a master without a replica acknowledges nothing',
      settings: { 'min-replicas-to-write': '1' },
      replicas: 0,
      alone: 0,
    },
  ])('$title', async ({ title, settings, replicas, alone }) => {
    const { fleet, replica } = await startWithReplica(replicas)
    const { admin, server } = fleet
    for (const [name, value] of Object.entries(settings)) await admin.config('SET', name, value)
    const scene = await makeScene(fleet)
    const before = await probeAll(scene)
    expectRight(before)
    // It waits for what this client wrote, and so for all before it.
    await admin.set('written', 'last')
    expect(await admin.wait(1, 60_000)).toBe(1)

    replica.stop()
    await admin.call('CLIENT', 'KILL', 'TYPE', 'replica')
    await vi.waitFor(
      async () => expect(await admin.info('replication')).toContain('connected_slaves:0'),
      patience,
    )
    const acknowledged = await change(fleet)
    expect(acknowledged).toHaveLength(alone)
    await server.kill()
    const during = await probeAll(scene)
    for (const outcomes of during) expectOnly(outcomes, probes, { hint: disconnected })
    replica.cont()

    const diedAt = performance.now()
    await acceptedAgain(fleet)
    // The old master comes back without its data, and becomes the replica that is waited for.
    if (replicas > 0) await server.restart()
    const after = await recovered(scene)
    const milliseconds = Math.round(performance.now() - diedAt)
    // What the replica had received holds.
    expect(fleet.wrongs).toEqual([])
    for (const request of acknowledged) await fleet.processes[1].send(request)
    const lost = fleet.wrongs.length
    expect(lost).toBeLessThanOrEqual(alone)
    printRow({ name: `Sentinel: a failover ${title}`, before, during, after, milliseconds })
    console.log(`Sentinel: ${lost} of ${alone} changes were lost that only the old master had acknowledged`)
  })
})
