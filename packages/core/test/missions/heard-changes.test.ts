import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { describe, expect, it } from 'vitest'
import { collectUnhandled } from '../unhandled-rejections.ts'
import { makeProcesses } from './processes.ts'
import { granted, settled, terminated, type WatchedWorld } from './watched.ts'

/** Two processes that know the mission by a token, and that hear of changes. */
async function makeScene() {
  const { shared, processes, ...fleet } = await makeProcesses(2, { push: true })
  const [here, there] = processes as [WatchedWorld, WatchedWorld]
  const second = await here.agent.authToken(granted({ claims: { jti: 'second' } }))
  expect([await here.get(), await here.get({ token: second })]).toEqual(['200', '200'])
  return { ...fleet, shared, here, there, second }
}
const ps = 'https://ps.example'

describe('a process that hears of a revocation', () => {
  it('has the source queried again if it knows the mission of the token [MISS-9]', async () => {
    const { shared, here, second } = await makeScene()
    for (const { onRevoked } of shared.listeners.revocations)
      onRevoked({ iss: ps, jti: claimsOf(second).jti })
    await settled()
    expect(here.asked).toEqual([s256, s256])
  })

  it('has it queried again if the message says the mission [MISS-9]', async () => {
    const { shared, here } = await makeScene()
    for (const { onRevoked } of shared.listeners.revocations) onRevoked({ iss: ps, jti: 'unknown', mission })
    await settled()
    expect(here.asked).toEqual([s256, s256])
  })

  it('refuses the other tokens of the mission if the source says that it is terminated [MISS-9]', async () => {
    const { shared, here, second, says } = await makeScene()
    says(() => terminated)
    for (const { onRevoked } of shared.listeners.revocations)
      onRevoked({ iss: ps, jti: claimsOf(second).jti })
    await settled()
    expect(await here.get()).toBe('403 mission_terminated')
  })

  it('queries nothing for a token that it does not know', async () => {
    const { shared, asked } = await makeScene()
    for (const { onRevoked } of shared.listeners.revocations) onRevoked({ iss: ps, jti: 'unknown' })
    await settled()
    expect(asked()).toEqual([1, 0])
  })

  it('queries once, however often it hears', async () => {
    const { shared, asked, second } = await makeScene()
    for (let n = 0; n < 3; n++) {
      for (const { onRevoked } of shared.listeners.revocations)
        onRevoked({ iss: ps, jti: claimsOf(second).jti })
      await settled()
    }
    expect(asked()).toEqual([2, 0])
  })

  it.each(['rejects', 'throws'])('tries again later if the store of statuses %s', async (how) => {
    const unhandled = collectUnhandled()
    const { shared, here, second } = await makeScene()
    const { forget } = shared.stores.statuses
    const fail = (): never => {
      throw new Error('down')
    }
    Object.assign(shared.stores.statuses, { forget: how === 'throws' ? fail : async () => fail() })
    const hear = async (): Promise<void> => {
      for (const { onRevoked } of shared.listeners.revocations)
        onRevoked({ iss: ps, jti: claimsOf(second).jti })
      await settled()
    }
    await hear()
    expect(here.asked).toEqual([s256])
    Object.assign(shared.stores.statuses, { forget })
    await hear()
    expect(here.asked).toEqual([s256, s256])
    expect(unhandled).toEqual([])
  })
})

describe('a process that revokes a token and hears of it before the store answers', () => {
  it('has forgotten the status when revoke() resolves [MISS-9]', async () => {
    const { shared, here, second } = await makeScene()
    const answer = shared.hold('statuses.forget')
    let resolved = false
    const revoked = here.resource.revoke(claimsOf(second)).then(() => {
      resolved = true
    })
    await settled()
    expect(resolved).toBe(false)
    answer.open()
    await revoked
  })
})

describe('a process that hears of a termination', () => {
  it('forgets the status, so that its store holds nothing about the mission', async () => {
    const { shared } = await makeScene()
    for (const { onTerminated } of shared.listeners.tombstones) onTerminated(mission)
    await settled()
    expect(shared.memories.statuses.get({ ...mission, listed: false })).toBeUndefined()
  })

  it.each(['rejects', 'throws'])('goes on if the store of statuses %s', async (how) => {
    const unhandled = collectUnhandled()
    const { shared, there } = await makeScene()
    const fail = (): never => {
      throw new Error('down')
    }
    Object.assign(shared.stores.statuses, { forget: how === 'throws' ? fail : async () => fail() })
    await expect(there.resource.missions.terminate(mission)).resolves.toBeUndefined()
    await settled()
    expect(unhandled).toEqual([])
  })
})
