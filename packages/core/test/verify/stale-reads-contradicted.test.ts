import type { MissionAnswer } from '@aauth-guard/core/missions'
import { mission, otherS256, s256 } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { active, granted } from '../missions/watched.ts'
import { dataLost } from '../stores/shared-stores.ts'
import { all, makeStaleScene, type StaleScene, silent } from './stale-scene.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** The outcome of a GET while no store answers, after the stores have answered something else in between. */
async function getAfter(scene: StaleScene, between: () => Promise<unknown>): Promise<string> {
  clock.advance(1)
  await between()
  clock.advance(1)
  scene.shared.fail(all, silent())
  return (await scene.get()).slice(0, 3)
}

describe('a clean answer is no longer used once a store has reported', () => {
  it('the revocation of the token', async () => {
    const scene = await makeStaleScene()
    scene.shared.memories.revocations.add({ ...claimsOf(scene.token), listed: false })
    expect(await getAfter(scene, () => scene.post())).toBe('503')
  })

  it('the revocation of the token, which carries no mission', async () => {
    const scene = await makeStaleScene({}, ({ agent }) => agent.authToken({ scope: 'access' }))
    scene.shared.memories.revocations.add({ ...claimsOf(scene.token), listed: false })
    expect(await getAfter(scene, () => scene.post())).toBe('503')
  })

  it('the termination of its mission', async () => {
    const scene = await makeStaleScene()
    scene.shared.memories.tombstones.add({ ...mission, listed: false })
    expect(await getAfter(scene, () => scene.post())).toBe('503')
  })

  it('a loss of data, even to a request with another token', async () => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken(granted({ mission: otherS256 }))
    scene.shared.fail(['tombstones'], dataLost())
    expect(await getAfter(scene, () => scene.post({ token }))).toBe('503')
  })

  it('a loss of the statuses', async () => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken(granted({ mission: otherS256 }))
    scene.shared.fail(['statuses'], dataLost())
    expect(await getAfter(scene, () => scene.post({ token }))).toBe('503')
  })

  it('a clock that differs, to a request with another token', async () => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken(granted({ mission: otherS256 }))
    const between = async (): Promise<void> => {
      scene.net.clock.set(now + 61)
      expect(await scene.post({ token, created: now + 61 })).toBe('503 server_error 5')
      scene.net.clock.set(now)
    }
    expect(await getAfter(scene, between)).toBe('503')
  })
})

describe('a clean answer is still used after', () => {
  it('another token was found revoked', async () => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken({ scope: 'access', claims: { jti: 'other' } })
    scene.shared.memories.revocations.add({ ...claimsOf(token), listed: false })
    expect(await getAfter(scene, () => scene.post({ token }))).toBe('200')
  })

  it('the status of another mission was unavailable, which the client of any person server can bring about', async () => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken(granted({ mission: otherS256 }))
    scene.says(({ s256: asked }): MissionAnswer => {
      if (asked === s256) return active
      throw new Error('down')
    })
    const between = async (): Promise<void> => {
      expect(await scene.post({ token })).toBe('503 server_error 3')
    }
    expect(await getAfter(scene, between)).toBe('200')
  })

  it('the tombstones of another person server were full', async () => {
    const scene = await makeStaleScene({ accessServer: 'https://as.example' }, ({ agent, net }) =>
      agent.authToken(granted(), net.accessServer),
    )
    const other = await scene.net.issuer('person-server', 'https://other-ps.example')
    const token = await other.personToken(scene.agent, { mission: otherS256 })
    const { find } = scene.shared.stores.tombstones
    Object.assign(scene.shared.stores.tombstones, {
      find: (asked: Parameters<typeof find>[0]) =>
        asked.approver === mission.approver ? find(asked) : 'full',
    })
    scene.says(({ s256: asked }): MissionAnswer => {
      if (asked === s256) return active
      throw new Error('down')
    })
    const between = () => scene.post({ token, requirement: { accept: 'person-token' } })
    expect(await getAfter(scene, between)).toBe('200')
  })
})
