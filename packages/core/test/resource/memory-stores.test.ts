import { lifetimeOf } from '@aauth-guard/core'
import { memoryStores } from '@aauth-guard/core/adapter'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/resource/state-of.ts'

/** Two resources, the second of which takes the place of the first one. */
async function makeSuccession() {
  const stores = memoryStores({ now: () => now })
  const [first, second] = [await makeWorld({ stores }), await makeWorld({ stores })]
  return { first, second }
}

describe('a resource that follows another one with the same memory', () => {
  it.each(['first', 'second'] as const)(
    'refuses a token that the %s one revoked [REV-8]',
    async (revoker) => {
      const both = await makeSuccession()
      const here = both[revoker]
      const there = both[revoker === 'first' ? 'second' : 'first']
      const token = await there.agent.authToken({ scope: 'access' })
      const lifetime = lifetimeOf(await there.call(token))
      const { iss = '', jti = '', exp = 0 } = decodeJwt(token)
      await here.resource.revoke({ iss, jti, exp })
      expect(lifetime.signal.aborted).toBe(true)
      expect((await there.refusal(token)).code).toBe('revoked_jwt')
    },
  )

  it('refuses a mission that the other one terminated, and ends its connections [MISS-9]', async () => {
    const { first, second } = await makeSuccession()
    const token = await first.agent.authToken({ scope: 'access', mission: mission.s256 })
    const lifetime = lifetimeOf(await first.call(token))
    await second.resource.missions.terminate(mission)
    expect(lifetime.signal.aborted).toBe(true)
    expect((await first.refusal(token)).code).toBe('mission_terminated')
  })

  it('refuses what an issuer issued before the other one purged it', async () => {
    const { first, second } = await makeSuccession()
    const token = await first.agent.authToken({ scope: 'access' })
    const lifetime = lifetimeOf(await first.call(token))
    await second.resource.purgeIssuer(decodeJwt(token).iss ?? '')
    expect(lifetime.signal.aborted).toBe(true)
  })

  it('refuses a signature that the first one has accepted [REPLAY-1]', async () => {
    const { first, second } = await makeSuccession()
    const token = await first.agent.authToken({ scope: 'access' })
    const call = { method: 'POST', params: { nonce: 'n' } }
    await first.call(token, call)
    expect((await second.refusal(token, call)).code).toBe('invalid_signature')
  })

  it('hears nothing once it is closed, and decides known requests at once until then', async () => {
    const { first, second } = await makeSuccession()
    const token = await first.agent.authToken({ scope: 'access' })
    const auth = await first.call(token)
    expect(stateOf(first.resource).answersAtOnce).toBe(true)
    lifetimeOf(auth)
    first.resource.close()
    const { iss = '', jti = '', exp = 0 } = decodeJwt(token)
    await second.resource.revoke({ iss, jti, exp })
    expect((await second.refusal(token)).code).toBe('revoked_jwt')
  })
})
