import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { granted } from '../missions/watched.ts'
import { dataLost, type StoreName } from '../stores/shared-stores.ts'
import { makeStaleScene, type StaleScene, silent } from './stale-scene.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** Another process records a change that this one does not hear of. */
const elsewhere = {
  revocation: ({ shared, token }: StaleScene) =>
    shared.memories.revocations.add({ ...claimsOf(token), listed: false }),
  termination: ({ shared }: StaleScene) => shared.memories.tombstones.add({ ...mission, listed: false }),
  suspicion: ({ shared }: StaleScene) => shared.memories.statuses.forget({ ...mission, listed: false }),
}

it.each<[StoreName, keyof typeof elsewhere, string]>([
  ['tombstones', 'revocation', '401 revoked_jwt'],
  ['statuses', 'revocation', '401 revoked_jwt'],
  ['revocations', 'termination', '403 mission_terminated'],
  ['statuses', 'termination', '403 mission_terminated'],
  ['tombstones', 'suspicion', '503 server_error 5'],
])(
  'the silence of %s does not hide a %s that another store reports: GET answers %s',
  async (name, change, expected) => {
    const scene = await makeStaleScene()
    elsewhere[change](scene)
    // The clocks are compared again.
    clock.advance(10_000)
    scene.shared.fail([name], silent())
    expect(await scene.get()).toBe(expected)
  },
)

it('a store that is silent about the server that approved the mission does not hide a revocation', async () => {
  const scene = await makeStaleScene({ accessServer: 'https://as.example' }, ({ agent, net }) =>
    agent.authToken(granted(), net.accessServer),
  )
  const { find } = scene.shared.stores.revocations
  Object.assign(scene.shared.stores.revocations, {
    find: (token: Parameters<typeof find>[0]) =>
      token.iss === mission.approver ? Promise.reject(silent()) : find(token),
  })
  expect(await scene.get()).toBe('200')
  elsewhere.revocation(scene)
  expect(await scene.get()).toBe('401 revoked_jwt')
})

it.each<[StoreName, StoreName]>([
  ['revocations', 'tombstones'],
  ['tombstones', 'revocations'],
  ['statuses', 'tombstones'],
  ['statuses', 'revocations'],
])('a loss of data of %s is not hidden by the silence of %s: GET answers 503', async (lost, name) => {
  const scene = await makeStaleScene()
  clock.advance(10_000)
  scene.shared.fail([name], silent())
  scene.shared.fail([lost], dataLost())
  expect(await scene.get()).toBe('503 server_error 5')
})

it.each<StoreName>(['revocations', 'tombstones', 'statuses'])(
  'a clock that differs is not hidden by the silence of %s: GET answers 503',
  async (name) => {
    const scene = await makeStaleScene()
    scene.shared.fail([name], silent())
    scene.net.clock.set(now + 61)
    expect(await scene.get({ created: now + 61 })).toBe('503 server_error 5')
  },
)
