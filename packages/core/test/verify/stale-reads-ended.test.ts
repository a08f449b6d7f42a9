import type { RevocationListener, TombstoneListener } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission, otherS256, s256 } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { granted } from '../missions/watched.ts'
import { dataLost, type StoreName } from '../stores/shared-stores.ts'
import { all, makeStaleScene, type StaleScene, silent } from './stale-scene.ts'

const ps = 'https://ps.example'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** What this process hears of another one. */
const heard = {
  revocation: (change: Parameters<RevocationListener['onRevoked']>[0]) => (scene: StaleScene) => {
    for (const { onRevoked } of scene.shared.listeners.revocations) onRevoked(change)
  },
  purge: (iss: string) => (scene: StaleScene) => {
    for (const { onPurged } of scene.shared.listeners.revocations) onPurged({ iss, purgedAt: now })
  },
  termination: (change: Parameters<TombstoneListener['onTerminated']>[0]) => (scene: StaleScene) => {
    for (const { onTerminated } of scene.shared.listeners.tombstones) onTerminated(change)
  },
}

/** The outcome of a GET while the stores do not answer, after something has happened. */
async function getAfter(happens: (scene: StaleScene) => unknown): Promise<string> {
  const scene = await makeStaleScene()
  clock.advance(1)
  scene.shared.fail(all, silent())
  await happens(scene)
  return (await scene.get()).slice(0, 3)
}

describe('GET answers 503 while the stores do not answer', () => {
  it.each<[string, (scene: StaleScene) => Promise<unknown>]>([
    ['revoked its token', ({ resource, token }) => resource.revoke(claimsOf(token))],
    ['purged the issuer of its token', ({ resource }) => resource.purgeIssuer(ps)],
    ['terminated its mission', ({ resource }) => resource.missions.terminate(mission)],
  ])('after this process %s, although that could not be recorded', async (_, change) => {
    expect(await getAfter((scene) => expect(change(scene)).rejects.toMatchObject({ status: 503 }))).toBe(
      '503',
    )
  })

  it.each<[string, (scene: StaleScene) => void]>([
    ['the revocation of its token', (scene) => heard.revocation(claimsOf(scene.token))(scene)],
    ['a purge of the issuer of its token', heard.purge(ps)],
    ['the termination of its mission', heard.termination({ ...mission, reason: 'completed' })],
    ['a revocation under its mission', heard.revocation({ iss: ps, jti: 'other', mission })],
  ])('after this process heard of %s', async (_, change) => {
    expect(await getAfter(change)).toBe('503')
  })

  it('after this process heard of the revocation of another token that it knows under the mission', async () => {
    const scene = await makeStaleScene()
    const other = await scene.agent.authToken(granted())
    await scene.get({ token: other })
    clock.advance(1)
    scene.shared.fail(all, silent())
    heard.revocation(claimsOf(other))(scene)
    expect((await scene.get()).slice(0, 3)).toBe('503')
  })

  it.each<[string, (token: string) => (scene: StaleScene) => void]>([
    ['the revocation of its token', (token) => heard.revocation(claimsOf(token))],
    ['a purge of the issuer of its token', () => heard.purge(ps)],
  ])('after this process heard of %s, which carries no mission', async (_, change) => {
    const scene = await makeStaleScene()
    const token = await scene.agent.authToken({ scope: 'access' })
    await scene.get({ token })
    clock.advance(1)
    scene.shared.fail(all, silent())
    expect(await scene.get({ token })).toBe('200')
    change(token)(scene)
    expect((await scene.get({ token })).slice(0, 3)).toBe('503')
  })

  it('after this process revoked its token, although there is no source that could be asked about the mission', async () => {
    const scene = await makeStaleScene({ missions: monitorMissions({}) })
    clock.advance(1)
    scene.shared.fail(all, silent())
    await expect(scene.resource.revoke(claimsOf(scene.token))).rejects.toMatchObject({ status: 503 })
    expect((await scene.get()).slice(0, 3)).toBe('503')
  })

  it.each([
    ['approved its mission', ps],
    ['issued its token', 'https://as.example'],
  ])('after a purge of the server that %s, which is not the same', async (_, purged) => {
    const scene = await makeStaleScene({ accessServer: 'https://as.example' }, ({ agent, net }) =>
      agent.authToken(granted(), net.accessServer),
    )
    clock.advance(1)
    scene.shared.fail(all, silent())
    expect(await scene.get()).toBe('200')
    heard.purge(purged)(scene)
    expect((await scene.get()).slice(0, 3)).toBe('503')
  })

  it.each<StoreName>(['revocations', 'tombstones', 'statuses'])(
    'because %s have lost their data',
    async (name) => {
      const scene = await makeStaleScene()
      scene.shared.fail([name], dataLost())
      expect(await scene.get()).toBe('503 server_error 5')
      scene.shared.fail(
        all.filter((other) => other !== name),
        silent(),
      )
      expect(await scene.get()).toBe('503 server_error 5')
    },
  )
})

describe('GET passes while the stores do not answer', () => {
  it.each<[string, (scene: StaleScene) => void]>([
    ['another token without a mission', heard.revocation({ iss: ps, jti: 'other' })],
    [
      'a token with this jti of another issuer',
      (scene) => heard.revocation({ ...claimsOf(scene.token), iss: 'https://other.example' })(scene),
    ],
    ['another issuer', heard.purge('https://other.example')],
    ['another mission', heard.termination({ approver: ps, s256: otherS256 })],
    ['a mission of another server', heard.termination({ approver: 'https://other.example', s256 })],
  ])('after this process heard of a change to %s', async (_, change) => {
    expect(await getAfter(change)).toBe('200')
  })

  it('on an answer that is newer than the change', async () => {
    const scene = await makeStaleScene()
    heard.termination(mission)(scene)
    clock.advance(1)
    expect(await scene.get()).toBe('200')
    scene.shared.fail(all, silent())
    expect(await scene.get()).toBe('200')
  })

  it('although it heard twice of a change to another token', async () => {
    const again = heard.revocation({ iss: ps, jti: 'other' })
    const twice = (scene: StaleScene): void => {
      again(scene)
      clock.advance(1)
      again(scene)
    }
    expect(await getAfter(twice)).toBe('200')
  })
})
