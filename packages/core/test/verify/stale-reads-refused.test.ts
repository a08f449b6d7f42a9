import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { granted, type WatchedWorld } from '../missions/watched.ts'
import { dataLost, type StoreName } from '../stores/shared-stores.ts'
import { all, makeStaleScene, type StaleScene, silent } from './stale-scene.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** Without a mission, whose suspicion alone would end the earlier answer. */
const issuePlain = ({ agent }: WatchedWorld): Promise<string> => agent.authToken({ scope: 'access' })

/** Another process records a change that this one does not hear of. */
const elsewhere = {
  revocation: ({ shared, token }: StaleScene) =>
    shared.memories.revocations.add({ ...claimsOf(token), listed: false }),
  termination: ({ shared }: StaleScene) => shared.memories.tombstones.add({ ...mission, listed: false }),
}

describe('a token that this process has refused by what a store answered', () => {
  const changes = [
    ['revocation', '401 revoked_jwt', issuePlain],
    ['termination', '403 mission_terminated', ({ agent }: WatchedWorld) => agent.authToken(granted())],
  ] as const

  it.each(
    changes.flatMap(([change, refusal, issue]) =>
      (['get', 'post'] as const).map((method) => ({ method, change, refusal, issue })),
    ),
  )(
    'is refused with 503 while the stores are silent: $method after a $change',
    async ({ method, change, refusal, issue }) => {
      const scene = await makeStaleScene({}, issue)
      clock.advance(1)
      elsewhere[change](scene)
      expect(await scene[method]({ token: scene.token })).toBe(refusal)
      scene.shared.fail(all, silent())
      expect(await scene.get()).toBe('503 server_error 5')
    },
  )

  it('does not end what is known of another token', async () => {
    const scene = await makeStaleScene({}, issuePlain)
    const other = await issuePlain(scene)
    expect(await scene.get({ token: other })).toBe('200')
    clock.advance(1)
    elsewhere.revocation(scene)
    expect(await scene.get()).toBe('401 revoked_jwt')
    scene.shared.fail(all, silent())
    expect([await scene.get(), await scene.get({ token: other })]).toEqual(['503 server_error 5', '200'])
  })
})

describe('after a store has answered that its data is lost', () => {
  const requests = (['get', 'post'] as const).flatMap((method) =>
    (['revocations', 'tombstones', 'statuses'] as const).map((name) => ({ method, name })),
  )

  /** One token has met the loss, and another was found clean before it. */
  async function loseData(name: StoreName, method: 'get' | 'post') {
    const scene = await makeStaleScene()
    const other = await scene.agent.authToken(granted())
    expect(await scene.get({ token: other })).toBe('200')
    clock.advance(1)
    scene.shared.fail([name], dataLost())
    expect(await scene[method]({ token: scene.token })).toBe('503 server_error 5')
    return { ...scene, other }
  }

  it.each(requests)(
    'no earlier answer about any token is used while the stores are silent: $method, $name',
    async ({ method, name }) => {
      const { shared, get, other } = await loseData(name, method)
      shared.fail(all, silent())
      expect([await get(), await get({ token: other })]).toEqual(['503 server_error 5', '503 server_error 5'])
    },
  )

  it('answers of the restored store are used', async () => {
    const { shared, get, other } = await loseData('revocations', 'get')
    shared.fail(all, undefined)
    clock.advance(1)
    expect(await get()).toBe('200')
    shared.fail(all, silent())
    expect([await get(), await get({ token: other })]).toEqual(['200', '503 server_error 5'])
  })
})
