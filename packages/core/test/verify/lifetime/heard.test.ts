import { type Auth, lifetimeOf } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { describe, expect, it } from 'vitest'
import { useFakeTimeouts } from '../../limits/fake-timeouts.ts'
import { makeProcesses } from '../../missions/processes.ts'
import { settled, type WatchedWorld } from '../../missions/watched.ts'
import { endOf } from './ended.ts'

// No time passes, so nothing is noticed by a round of queries.
useFakeTimeouts()

async function makeScene() {
  const { shared, processes } = await makeProcesses(2, { push: true })
  const [here, there] = processes as [WatchedWorld, WatchedWorld]
  const auth: Auth = await here.call(here.token)
  const lifetime = lifetimeOf(auth)
  await settled()
  return { shared, here, there, auth, lifetime }
}

const changes: readonly (readonly [string, (there: WatchedWorld, auth: Auth) => Promise<void>, string])[] = [
  [
    'revokes its token',
    ({ resource }, { iss, jti, exp }) => resource.revoke({ iss, jti, exp }),
    'revoked_jwt',
  ],
  ['purges its issuer', ({ resource }, { iss }) => resource.purgeIssuer(iss), 'revoked_jwt'],
  [
    'terminates its mission',
    ({ resource }) => resource.missions.terminate(mission, 'completed'),
    'mission_terminated',
  ],
]

describe('a connection over stores that tell of changes', () => {
  it.each(changes)('ends at once when another process %s [REV-11]', async (_, change, expected) => {
    const { there, auth, lifetime } = await makeScene()
    expect(endOf(lifetime)).toBe('open')
    await change(there, auth)
    expect(endOf(lifetime)).toBe(expected)
  })

  it('ends with the reason that the other process gave [REV-11]', async () => {
    const { there, lifetime } = await makeScene()
    await there.resource.missions.terminate(mission, 'completed')
    expect(lifetime.signal.reason.problem).toMatchObject({ termination_reason: 'completed' })
  })

  it.each(['onLost', 'onSubscribed'] as const)(
    'is checked again on %s, since changes may have been missed',
    async (message) => {
      const { shared, lifetime } = await makeScene()
      shared.memories.tombstones.add({ ...mission, listed: false })
      await settled()
      expect(endOf(lifetime)).toBe('open')
      for (const listener of shared.listeners.tombstones) listener[message]('the connection was lost')
      await settled()
      expect(endOf(lifetime)).toBe('mission_terminated')
    },
  )

  it('is checked again on onSubscribed of the other store as well', async () => {
    const { shared, here, lifetime } = await makeScene()
    shared.memories.revocations.add({ ...claimsOf(here.token), listed: false })
    for (const { onSubscribed } of shared.listeners.revocations) onSubscribed()
    await settled()
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('is checked once more when changes may have been missed during a check', async () => {
    const { shared, here, lifetime } = await makeScene()
    const [listener] = shared.listeners.revocations
    const answer = shared.hold('tombstones.find')
    listener?.onLost('the connection was lost')
    await settled()
    // The token was looked up before this change, of which no message arrives.
    shared.memories.revocations.add({ ...claimsOf(here.token), listed: false })
    listener?.onSubscribed()
    answer.open()
    await settled()
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('ends although the store of statuses throws', async () => {
    const { shared, there, lifetime } = await makeScene()
    Object.assign(shared.stores.statuses, {
      forget() {
        throw new Error('down')
      },
    })
    await there.resource.missions.terminate(mission)
    expect(endOf(lifetime)).toBe('mission_terminated')
  })
})
