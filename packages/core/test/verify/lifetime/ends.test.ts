import { type Auth, isAAuthError, lifetimeOf } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type ServerRequest, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../../limits/fake-timeouts.ts'
import {
  active,
  generations,
  granted,
  makeWatchedWorld,
  settled,
  terminated,
} from '../../missions/watched.ts'
import { revocationsWith } from '../../stores/revocations-with.ts'
import { endOf, nextEnd } from './ended.ts'

const ps = 'https://ps.example'

useFakeTimeouts()

/** Advances the resource's clock together with the timers. */
function pass({ net }: Pick<World, 'net'>, seconds: number): Promise<unknown> {
  net.clock.advance(seconds)
  return vi.advanceTimersByTimeAsync(seconds * 1000)
}

async function postTo(world: World, path: string, content: object): Promise<number | undefined> {
  const request: ServerRequest = {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  }
  const message = await world.net.personServer.signServer(`https://notes.example${path}`, request, {})
  const arrived = toSignedRequest(message)
  return (await answerRoutes(world.resource, arrived, async () => arrived.body ?? new Uint8Array()))?.status
}

describe.each(generations)('a connection opened with a token of the %s generation', (generation) => {
  async function open(world: World): Promise<Auth> {
    return world.call(await world.agent.authToken(granted({ generation })))
  }

  it('stays open until exp by the clock of the resource, then ends as expired [REV-11]', async () => {
    const world = await makeWorld()
    const auth = await open(world)
    const lifetime = lifetimeOf(auth)
    await pass(world, auth.exp - now - 1)
    expect(endOf(lifetime)).toBe('open')
    await pass(world, 1)
    expect(endOf(lifetime)).toBe('expired_jwt')
  })

  it('ends when the operator revokes the token [REV-11, R11-259]', async () => {
    const world = await makeWorld()
    const auth = await open(world)
    const lifetime = lifetimeOf(auth)
    await world.resource.revoke(auth)
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('ends when the issuer revokes the token at the revocation endpoint [REV-11, R11-259]', async () => {
    const world = await makeWorld()
    const auth = await open(world)
    const lifetime = lifetimeOf(auth)
    expect(await postTo(world, '/aauth/revoke', { jti: auth.jti, exp: auth.exp })).toBe(200)
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('ends when the operator purges the issuer of the token [REV-11]', async () => {
    const world = await makeWorld()
    const lifetime = lifetimeOf(await open(world))
    await world.resource.purgeIssuer(ps)
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('ends with the reason when the operator terminates its mission [REV-11, MISS-9]', async () => {
    const world = await makeWorld()
    const lifetime = lifetimeOf(await open(world))
    await world.resource.missions.terminate(mission, 'completed')
    expect(endOf(lifetime)).toBe('mission_terminated')
    const { reason } = lifetime.signal
    expect(isAAuthError(reason) && reason.problem).toMatchObject({
      status: 403,
      mission_status: 'terminated',
      termination_reason: 'completed',
    })
  })

  it('ends when an answer of the person server shows that its mission is terminated [REV-11]', async () => {
    const world = await makeWorld()
    const lifetime = lifetimeOf(await open(world))
    const body = { error: 'mission_terminated', mission_status: 'terminated', mission_s256: s256 }
    const response = Response.json(body, { status: 403 })
    Object.defineProperty(response, 'url', { value: `${ps}/token` })
    vi.spyOn(response, 'clone').mockImplementation(() => Response.json(body, { status: 403 }))
    expect(await world.resource.missions.observe(mission, response)).toBe(true)
    expect(endOf(lifetime)).toBe('mission_terminated')
  })

  it('ends when the person server announces that its mission is terminated [REV-11]', async () => {
    const world = await makeWorld({ missions: monitorMissions({ announcements: true }) })
    const lifetime = lifetimeOf(await open(world))
    expect(await postTo(world, '/aauth/mission-terminated', { mission_s256: s256 })).toBe(200)
    expect(endOf(lifetime)).toBe('mission_terminated')
  })

  it('ends when the source says so for another request [REV-11]', async () => {
    const world = await makeWatchedWorld()
    const lifetime = lifetimeOf(await open(world))
    world.says(() => terminated)
    world.net.clock.advance(31)
    expect(await world.get()).toBe('403 mission_terminated')
    expect(endOf(lifetime)).toBe('mission_terminated')
  })

  it('ends when the source says so, even without further requests [REV-11]', async () => {
    const world = await makeWatchedWorld()
    const lifetime = lifetimeOf(await open(world))
    world.says(() => terminated)
    const end = nextEnd(lifetime)
    for (let passed = 0; passed < 31 && endOf(lifetime) === 'open'; passed++) await pass(world, 1)
    expect(await end).toBe('mission_terminated')
  })

  it('ends when the revocation of another token of the mission reveals the termination [REV-11]', async () => {
    const world = await makeWatchedWorld()
    const lifetime = lifetimeOf(await open(world))
    const other = await world.call(await world.agent.authToken(granted({ generation })))
    world.says(() => terminated)
    const end = nextEnd(lifetime)
    await world.resource.revoke(other)
    expect(await end).toBe('mission_terminated')
  })

  it('stays open while the source answers that the mission is active [REV-11]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => active)
    const lifetime = lifetimeOf(await open(world))
    for (let passed = 0; passed < 300; passed++) await pass(world, 1)
    expect(endOf(lifetime)).toBe('open')
  })
})

it('a connection with a token of an access server ends when the purge of the approver reveals the termination [REV-11]', async () => {
  const world = await makeWatchedWorld({}, { accessServer: 'https://as.example' })
  const lifetime = lifetimeOf(
    await world.call(await world.agent.authToken(granted(), world.net.accessServer)),
  )
  world.says(() => terminated)
  await world.resource.purgeIssuer(ps)
  for (let turn = 0; turn < 20 && endOf(lifetime) === 'open'; turn++) await settled()
  expect(endOf(lifetime)).toBe('mission_terminated')
})

describe('a token that is invalid when its lifetime is requested', () => {
  it.each([
    ['has expired', 'expired_jwt', (world: World) => world.net.clock.advance(3600)],
    ['was revoked', 'revoked_jwt', (world: World, auth: Auth) => world.resource.revoke(auth)],
    [
      'belongs to a terminated mission',
      'mission_terminated',
      (world: World) => world.resource.missions.terminate(mission),
    ],
  ])('because it %s has an aborted signal from the start [REV-11]', async (_, code, spoil) => {
    const world = await makeWorld()
    const auth = await world.call(await world.agent.authToken(granted()))
    await spoil(world, auth)
    expect(endOf(lifetimeOf(auth))).toBe(code)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('according to an asynchronous store has a signal that aborts once the store has answered [REV-11]', async () => {
    let revokedNow = false
    const revocations = revocationsWith({ revoked: async () => revokedNow })
    const world = await makeWorld({ stores: { revocations } })
    const auth = await world.call(await world.agent.authToken(granted()))
    revokedNow = true
    const lifetime = lifetimeOf(auth)
    expect(endOf(lifetime)).toBe('open')
    expect(await nextEnd(lifetime)).toBe('revoked_jwt')
  })
})

it('a copy of an Auth has no lifetime', async () => {
  const world = await makeWorld()
  const auth = await world.call(await world.agent.authToken(granted()))
  expect(() => lifetimeOf({ ...auth })).toThrow(TypeError)
})
