import type { Answer } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import type { MissionAnswer } from '@aauth-guard/core/missions'
import { otherS256, s256 } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { claimsOf, endpoint } from '@aauth-guard/fixtures/revoking'
import { type TestIssuer, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import {
  active,
  down,
  gate,
  generations,
  granted,
  makeWatchedWorld,
  settled,
  terminated,
  type WatchedWorld,
} from './watched.ts'

/** Revokes a token at the endpoint of the resource. */
async function revokeThere(
  { net, resource }: WatchedWorld,
  token: string,
  by: TestIssuer = net.personServer,
): Promise<Answer | undefined> {
  const { jti, exp } = claimsOf(token)
  const headers = { 'content-type': 'application/json' }
  const message = await by.signServer(endpoint, { headers, body: JSON.stringify({ jti, exp }) })
  const request = toSignedRequest(message)
  return answerRoutes(resource, request, async () => request.body ?? new Uint8Array())
}

const ways: readonly (readonly [string, (world: WatchedWorld, token: string) => Promise<unknown>])[] = [
  ['at the revocation endpoint', revokeThere],
  ['by the operator', ({ resource }, token) => resource.revoke(claimsOf(token))],
]

/** A world in which the mission is known to be active, by two tokens. */
async function knownWorld(): Promise<WatchedWorld & { readonly second: string }> {
  const world = await makeWatchedWorld()
  const second = await world.agent.authToken(granted({ generation: 'mission-header' }))
  await world.post()
  await world.post({ token: second })
  return { ...world, second }
}

describe('a token that is revoked', () => {
  it.each(ways)('%s has the status of its mission requested again at once', async (_, revoke) => {
    const world = await knownWorld()
    await revoke(world, world.token)
    await settled()
    expect(world.asked).toEqual([s256, s256])
  })

  it.each(ways)('%s leaves safe methods no stale answer', async (_, revoke) => {
    const world = await knownWorld()
    world.says(down)
    await revoke(world, world.token)
    expect(await world.get({ token: world.second })).toBe('503 server_error 3')
  })

  it.each(ways)('%s terminates its mission when the source says so', async (_, revoke) => {
    const world = await knownWorld()
    world.says(() => terminated)
    await revoke(world, world.token)
    expect(await world.post({ token: world.second })).toBe('403 mission_terminated')
  })

  it.each(ways)('%s leaves its mission active when the source says so', async (_, revoke) => {
    const world = await knownWorld()
    await revoke(world, world.token)
    expect(await world.post({ token: world.second })).toBe('200')
    expect(await world.post()).toBe('401 revoked_jwt')
  })

  it.each(generations)(
    'of the %s generation has the status of its mission requested again',
    async (generation) => {
      const world = await makeWatchedWorld()
      const token = await world.agent.authToken(granted({ generation }))
      await world.post({ token })
      await revokeThere(world, token)
      await settled()
      expect(world.asked).toEqual([s256, s256])
    },
  )

  it('may be a person token', async () => {
    const world = await makeWatchedWorld()
    const token = await world.agent.personToken({ mission: s256 })
    await world.get({ token, requirement: anyKind })
    await revokeThere(world, token)
    await settled()
    expect(world.asked).toEqual([s256, s256])
  })

  it('is answered without waiting for the source', async () => {
    const world = await knownWorld()
    world.says(() => new Promise(() => undefined))
    expect((await revokeThere(world, world.token))?.status).toBe(200)
  })

  it('is revoked even when the source fails', async () => {
    const world = await knownWorld()
    world.says(down)
    expect((await revokeThere(world, world.token))?.status).toBe(200)
    expect(await world.post()).toBe('401 revoked_jwt')
  })

  it('causes no request when it was never seen', async () => {
    const world = await knownWorld()
    await revokeThere(world, await world.agent.authToken(granted({ mission: otherS256 })))
    await settled()
    expect(world.asked).toEqual([s256])
  })

  it('causes no request when it carries no mission', async () => {
    const world = await knownWorld()
    const token = await world.agent.authToken({ scope: 'access' })
    await world.post({ token })
    await revokeThere(world, token)
    await settled()
    expect(world.asked).toEqual([s256])
  })

  it('causes no request when another issuer names it [REV-4, K04]', async () => {
    const world = await knownWorld()
    const other = await world.net.issuer('person-server', 'https://unlisted.example')
    expect((await revokeThere(world, world.token, other))?.status).toBe(200)
    await settled()
    expect(world.asked).toEqual([s256])
  })
})

describe('a status request from before the revocation', () => {
  async function asking() {
    const world = await makeWatchedWorld()
    const [before, after] = [gate<MissionAnswer>(), gate<MissionAnswer>()]
    world.says(() => before.promise)
    const asked = world.nextAsked()
    const waiting = world.post()
    await asked
    world.says(() => after.promise)
    const askedAgain = world.nextAsked()
    await world.resource.revoke(claimsOf(world.token))
    await askedAgain
    const token = await world.agent.authToken(granted({ sub: 'person-2' }))
    return { world, before, after, waiting, token }
  }

  it('does not answer later calls', async () => {
    const { world, before, after, token } = await asking()
    const later = world.post({ token })
    before.open(active)
    await settled()
    after.open(terminated)
    expect(await later).toBe('403 mission_terminated')
  })

  it('leaves the newer request to later calls', async () => {
    const { world, before, after } = await asking()
    before.open(active)
    await settled()
    const later = world.resource.missions.status({ approver: 'https://ps.example', s256 })
    await settled()
    after.open(active)
    expect(await later).toEqual({ status: 'active' })
    expect(world.asked).toEqual([s256, s256])
  })

  it('is not kept, whenever its answer arrives', async () => {
    const { world, before, after, waiting, token } = await asking()
    after.fail(new Error('down'))
    await settled()
    before.open(active)
    await waiting
    expect(await world.get({ token })).toBe('503 server_error 3')
  })
})
