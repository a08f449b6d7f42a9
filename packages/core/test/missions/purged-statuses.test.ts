import type { RevocationStore } from '@aauth-guard/core'
import type { MissionAnswer } from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { revocationsWith } from '../stores/revocations-with.ts'
import { active, gate, granted, makeWatchedWorld, settled, terminated } from './watched.ts'

describe('the status of a mission', () => {
  it('is requested again after its person server was purged, and older tokens are refused', async () => {
    const world = await makeWatchedWorld()
    expect(await world.post()).toBe('200')
    world.net.clock.advance(1)
    await world.resource.purgeIssuer('https://ps.example')
    expect(await world.post()).toBe('401 revoked_jwt')
    const token = await world.agent.authToken(granted())
    expect(await world.post({ token })).toBe('200')
    expect(world.asked).toEqual([s256, s256])
  })
})

it('an answer to a status request from before the purge is not kept', async () => {
  const world = await makeWatchedWorld()
  const before = gate<MissionAnswer>()
  world.says(() => before.promise)
  const asked = world.nextAsked()
  const waiting = world.post()
  await asked
  await world.resource.purgeIssuer('https://ps.example')
  before.open(active)
  await waiting
  world.says(() => terminated)
  expect(await world.post()).toBe('403 mission_terminated')
})

describe('the revocation of a token', () => {
  it('has the status of its mission requested again, even if the token left the cache [MISS-9]', async () => {
    const world = await makeWatchedWorld({}, { limits: { verifiedTokens: 1 } })
    const claims = JSON.parse(Buffer.from(world.token.split('.')[1] ?? '', 'base64url').toString())
    await world.post()
    const other = await world.agent.authToken(granted())
    await world.post({ token: other })
    world.says(() => terminated)
    await world.resource.revoke(claims)
    await settled()
    expect(await world.post({ token: other })).toBe('403 mission_terminated')
  })

  it('has it requested again when another process recorded the revocation, once per token [MISS-9]', async () => {
    const revokedThere = new Set<string>()
    const revocations = revocationsWith({ revoked: async ({ jti }) => revokedThere.has(jti) })
    const world = await makeWatchedWorld({}, { stores: { revocations } })
    const other = await world.agent.authToken(granted({ claims: { jti: 'other' } }))
    expect([await world.post(), await world.post({ token: other })]).toEqual(['200', '200'])
    revokedThere.add('other')
    for (let n = 0; n < 3; n++) expect(await world.post({ token: other })).toBe('401 revoked_jwt')
    await settled()
    expect(world.asked).toEqual([s256, s256])
    expect(await world.post()).toBe('200')
  })

  it.each<[string, RevocationStore['add']]>([
    ['is down', () => Promise.reject(new Error('no store'))],
    ['has no room for it', () => 'full'],
  ])('has it requested again even when the store %s [MISS-9]', async (_, add) => {
    const revocations = revocationsWith({ add })
    const world = await makeWatchedWorld({}, { stores: { revocations } })
    await world.post()
    const { iss, jti, exp } = claimsOf(world.token)
    await expect(world.resource.revoke({ iss, jti, exp })).rejects.toThrow()
    await settled()
    expect(world.asked).toEqual([s256, s256])
  })

  it('passes the mission of a cached token to the store, even without monitorMissions', async () => {
    const told: unknown[] = []
    const add: RevocationStore['add'] = ({ mission }) => {
      told.push(mission)
      return 'recorded'
    }
    const world = await makeWorld({ stores: { revocations: revocationsWith({ add }) } })
    const { iss, jti, exp } = await world.call(await world.agent.authToken(granted()))
    await world.resource.revoke({ iss, jti, exp })
    expect(told).toEqual([{ approver: 'https://ps.example', s256 }])
  })

  it('has it requested again when the revocation carries the mission of an unknown token [MISS-9]', async () => {
    const world = await makeWatchedWorld()
    await world.post()
    const mission = { approver: 'https://ps.example', s256 }
    world.says(() => terminated)
    const exp = world.net.clock.now() + 100
    await world.resource.revoke({ iss: 'https://ps.example', jti: 'never-seen', exp, mission })
    await settled()
    expect(await world.post()).toBe('403 mission_terminated')
  })
})
