import { describe, expect, it } from 'vitest'
import { granted, makeWatchedWorld, s256, settled, terminated } from './watched.ts'

describe('what a person server said of its missions', () => {
  it('is asked again after its purge, and tokens from before are refused', async () => {
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

describe('the revocation of a token', () => {
  it('has the mission asked for again also where the token left the cache [MISS-9]', async () => {
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

  it('has the mission asked for again that the revocation carries, of a token never seen [MISS-9]', async () => {
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
