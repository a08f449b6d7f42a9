import { assertGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { describe, expect, it, vi } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'
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
  it('can resume while its token is valid', async () => {
    expect(await (await kept()).resume()).toBe('200')
  })

  it('cannot resume from the second in which its token expires', async () => {
    const { fleet, auth, grant, resume } = await kept()
    const longer = missionGrant(auth, { expiresAt: auth.exp + 100 })
    fleet.net.clock.set(auth.exp)
    expect(await resume()).toBe('401 expired_jwt')
    expect([mayResume(grant, auth), mayResume(longer, auth)]).toEqual(['expired', 'expired'])
  })

  it('cannot resume after its token was revoked [REV-2]', async () => {
    const { fleet, auth, resume } = await kept()
    await fleet.resource.revoke({ iss: auth.iss, jti: auth.jti, exp: auth.exp })
    expect(await resume()).toBe('401 revoked_jwt')
  })

  it('cannot resume after its issuer was purged', async () => {
    const { fleet, resume } = await kept()
    fleet.net.clock.advance(1)
    await fleet.resource.purgeIssuer(approver)
    expect(await resume()).toBe('401 revoked_jwt')
  })
})

it.each([
  [999, 0],
  [1000, 1],
])(
  'a shared store that the guard asked %d ms ago is asked %d times for two grants',
  async (milliseconds, questions) => {
    let asked = 0
    const revoked = async (): Promise<boolean> => {
      asked += 1
      return false
    }
    const fleet = await makeFleet({}, { stores: { revocations: revocationsWith({ revoked }) } })
    const clock = vi.spyOn(performance, 'now').mockReturnValue(5000)
    const auth = await fleet.auth(await fleet.runtime('first'), old)
    const before = asked
    clock.mockReturnValue(5000 + milliseconds)
    for (let n = 0; n < 2; n++) await assertGrant(auth, () => missionGrant(auth))
    expect(asked - before).toBe(questions)
  },
)

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

  it('counts while the agent token is valid', async () => {
    expect(await (await linked()).found()).toEqual({ provider })
  })

  it('ends when the agent token is revoked [CLASS-2]', async () => {
    const { fleet, agent, found } = await linked()
    await fleet.resource.revoke({ iss: agent.iss, jti: agent.jti, exp: agent.exp })
    expect(await found()).toBeNull()
  })

  it('ends at the revocation for a kept identity as well [CLASS-2]', async () => {
    const { fleet, agent } = await linked()
    const auth = await fleet.auth(await fleet.runtime('second'), { mission: one })
    const resume = () =>
      assertGrant(auth, () => missionGrant(auth), { classPolicy: 'linked-key' }).then(
        () => '200',
        ({ status, code }) => `${status} ${code}`,
      )
    const before = await resume()
    await fleet.resource.revoke({ iss: agent.iss, jti: agent.jti, exp: agent.exp })
    expect([before, await resume()]).toEqual(['200', '403 class_unverifiable'])
  })

  it.each([0, 1])('ends when the agent provider is purged %d s later [CLASS-2]', async (seconds) => {
    const { fleet, found } = await linked()
    fleet.net.clock.advance(seconds)
    await fleet.resource.purgeIssuer(provider)
    expect(await found()).toBeNull()
  })

  it('ends when the agent token expires [CLASS-2]', async () => {
    const { net, agent, call } = await makeFleet({ linkedKeys: 86_400 })
    const exp = net.clock.now() + 100
    await call(await agent.agentToken({ claims: { exp } }), { requirement: { accept: 'agent-token' } })
    const found = async () => missionGrant(await call(await agent.authToken({ mission: one }))).class
    net.clock.set(exp - 1)
    expect(await found()).toEqual({ provider })
    net.clock.set(exp)
    expect(await found()).toBeNull()
  })
})
