import { assertGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { approver, makeFleet, one } from './runtimes.ts'

const old = { generation: 'mission-header', mission: one } as const

async function kept() {
  const fleet = await makeFleet()
  const auth = await fleet.auth(await fleet.runtime('first'), old)
  const grant = missionGrant(auth)
  const resume = () =>
    assertGrant(auth, () => grant).then(
      () => '200',
      ({ status, code }) => `${status} ${code}`,
    )
  return { fleet, auth, grant, resume }
}

describe('an identity that is kept beside a grant', () => {
  it('goes on while its token is good', async () => {
    expect(await (await kept()).resume()).toBe('200')
  })

  it('does not go on from the second in which its token expires', async () => {
    const { fleet, auth, grant, resume } = await kept()
    fleet.net.clock.set(auth.exp)
    expect([await resume(), mayResume(grant, auth)]).toEqual(['401 expired_jwt', 'expired'])
  })

  it('does not go on after its token was revoked [REV-2]', async () => {
    const { fleet, auth, resume } = await kept()
    await fleet.resource.revoke({ iss: auth.iss, jti: auth.jti, exp: auth.exp })
    expect(await resume()).toBe('401 revoked_jwt')
  })

  it('does not go on after its issuer was purged', async () => {
    const { fleet, resume } = await kept()
    fleet.net.clock.advance(1)
    await fleet.resource.purgeIssuer(approver)
    expect(await resume()).toBe('401 revoked_jwt')
  })
})

describe('a link between a key and an agent provider', () => {
  const provider = 'https://agent.example'
  async function linked() {
    const fleet = await makeFleet({ linkedKeys: 86_400 })
    const runtime = await fleet.runtime('second')
    const agent = await fleet.auth(runtime, { kind: 'agent-token' })
    return {
      fleet,
      agent,
      found: async () => missionGrant(await fleet.auth(runtime, { mission: one })).class,
    }
  }

  it('counts while the agent token is good', async () => {
    expect(await (await linked()).found()).toEqual({ provider })
  })

  it('ends with the revocation of the agent token [CLASS-2]', async () => {
    const { fleet, agent, found } = await linked()
    await fleet.resource.revoke({ iss: agent.iss, jti: agent.jti, exp: agent.exp })
    expect(await found()).toBeNull()
  })

  it('ends with the purge of the agent provider [CLASS-2]', async () => {
    const { fleet, found } = await linked()
    fleet.net.clock.advance(1)
    await fleet.resource.purgeIssuer(provider)
    expect(await found()).toBeNull()
  })

  it('ends when the agent token expires [CLASS-2]', async () => {
    const { fleet, agent, found } = await linked()
    fleet.net.clock.set(agent.exp)
    expect(await found()).toBeNull()
  })
})
