import { type VerifiedResourceToken, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission, otherS256 as otherMission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type Grant, makeKey, type TestIssuer } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { as, makeScene, ps, type Scene, verdict } from './scene.ts'

const older = { generation: 'mission-header' } as const
/** What the resource tokens of the scene ask for. */
const faithful: Grant = { scope: 'notes.read notes.write', account: 'ws-7', mission, tenant: 'corp' }
const account = { account: 'ws-7' }

interface Asked extends Scene {
  readonly asked: VerifiedResourceToken
  check(authToken: string): Promise<unknown>
}

async function ask(which: 'resourceToken' | 'olderResourceToken', aud: string): Promise<Asked> {
  const scene = await makeScene()
  const token = await scene[which]({ claims: { ...account, aud } })
  const context = scene.atPersonServer({ agentToken: await scene.agent.agentToken({ lifetime: 600 }) })
  const asked = await verifyResourceToken(token, context)
  const { issuers } = scene
  return {
    ...scene,
    asked,
    check: (authToken) => verifyExchange({ resourceToken: asked, authToken, issuers }),
  }
}

const grantOf = (which: string): Grant => ({
  lifetime: 600,
  ...faithful,
  ...(which === 'olderResourceToken' && older),
})
const issuerOf = ({ net }: Scene, aud: string): TestIssuer =>
  aud === as ? net.accessServer : net.personServer

const flows = [
  ['three-party, draft 11', 'resourceToken', ps],
  ['four-party, draft 11', 'resourceToken', as],
  ['three-party, drafts 01 to 10', 'olderResourceToken', ps],
  ['four-party, drafts 01 to 10', 'olderResourceToken', as],
] as const

describe.each(flows)('verifyExchange (%s)', (_, which, aud) => {
  const change = async (changes: Grant): Promise<string> => {
    const scene = await ask(which, aud)
    const grant = { ...grantOf(which), ...changes }
    return verdict(scene.check(await issuerOf(scene, aud).authToken(scene.agent, grant)))
  }

  it('accepts what was requested', async () => {
    expect(await change({})).toBe('accepted')
  })

  it('accepts a list of its one audience', async () => {
    expect(await change({ claims: { aud: ['https://notes.example'] } })).toBe('accepted')
  })

  it('accepts fewer scopes, a shorter life, or no scopes', async () => {
    expect([
      await change({ scope: 'notes.read' }),
      await change({ lifetime: 599 }),
      await change({ claims: { scope: undefined } }),
    ]).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it.each<readonly [string, string, Grant]>([
    ['of another resource', 'audience_not_issuer', { aud: 'https://other.example' }],
    [
      'of several resources',
      'audience_not_issuer',
      { claims: { aud: ['https://notes.example', 'https://other.example'] } },
    ],
    [
      'of one resource named twice',
      'audience_not_issuer',
      { claims: { aud: ['https://notes.example', 'https://notes.example'] } },
    ],
    ['with an empty audience list', 'audience_not_issuer', { claims: { aud: [] } }],
    ['without an audience', 'audience_not_issuer', { claims: { aud: undefined } }],
    ['with one scope more', 'scope_broadened', { scope: 'notes.read notes.write notes.purge' }],
    ['with another scope', 'scope_broadened', { scope: 'notes.purge' }],
    ['for another account', 'account_changed', { account: 'ws-8' }],
    ['for no account', 'account_changed', { claims: { account: undefined } }],
    ['of another mission', 'mission_changed', { mission: otherMission }],
    ['that lives a second longer than the agent token', 'lifetime_exceeded', { lifetime: 601 }],
    ['that expired', 'expired_auth_token', { claims: { iat: now - 60 }, lifetime: 0 }],
    ['that lives longer than an hour', 'invalid_auth_token', { lifetime: 3601 }],
  ])('refuses an auth token %s with %s', async (_title, code, changes) => {
    expect(await change(changes)).toBe(code)
  })

  it('refuses an auth token stripped of its mission with mission_changed', async () => {
    const { mission: _mission, ...stripped } = grantOf(which)
    const scene = await ask(which, aud)
    const token = await issuerOf(scene, aud).authToken(scene.agent, stripped)
    expect(await verdict(scene.check(token))).toBe('mission_changed')
  })

  it('refuses an auth token bound to another key with key_changed', async () => {
    const scene = await ask(which, aud)
    const { jwk } = await makeKey('thief', 'thief', 'Ed25519')
    const grant = { ...grantOf(which), claims: { cnf: { jwk } } }
    expect(await verdict(scene.check(await issuerOf(scene, aud).authToken(scene.agent, grant)))).toBe(
      'key_changed',
    )
  })

  it('refuses an auth token of another issuer with issuer_not_audience without fetching keys', async () => {
    const scene = await ask(which, aud)
    const token = await issuerOf(scene, aud === as ? ps : as).authToken(scene.agent, grantOf(which))
    scene.net.fetches.length = 0
    expect([await verdict(scene.check(token)), scene.net.fetches]).toEqual(['issuer_not_audience', []])
  })

  it('refuses an auth token of the other generation with generation_changed', async () => {
    const generation = which === 'resourceToken' ? 'mission-header' : 'person-token'
    expect(await change({ generation })).toBe('generation_changed')
  })

  it('refuses a forged auth token with invalid_auth_token', async () => {
    expect(await change({ key: await makeKey('forger', 'key-1', 'Ed25519') })).toBe('invalid_auth_token')
  })

  it('refuses an agent token with invalid_auth_token', async () => {
    const { check, agentToken } = await ask(which, aud)
    expect(await verdict(check(agentToken))).toBe('invalid_auth_token')
  })
})

describe('verifyExchange (person, draft 11)', () => {
  it.each<readonly [string, string, Grant]>([
    ['another person', 'person_changed', { sub: 'person-2' }],
    ['another tenant', 'tenant_changed', { tenant: 'other' }],
    ['no tenant', 'tenant_changed', { claims: { tenant: undefined } }],
  ])('refuses an auth token for %s with %s', async (_, code, changes) => {
    const { check, agent } = await ask('resourceToken', ps)
    const grant = { ...faithful, lifetime: 600, ...changes }
    expect(await verdict(check(await agent.authToken(grant)))).toBe(code)
  })

  it('refuses an access server that names another person server with person_changed', async () => {
    const { check, agent, net } = await ask('resourceToken', as)
    const claims = { ps: 'https://other-ps.example' }
    const token = await net.accessServer.authToken(agent, { ...faithful, lifetime: 600, claims })
    expect(await verdict(check(token))).toBe('person_changed')
  })

  it('refuses a person token with invalid_auth_token', async () => {
    const { check, personToken } = await ask('resourceToken', ps)
    expect(await verdict(check(personToken))).toBe('invalid_auth_token')
  })

  it('refuses an auth token with an account that was not requested with account_changed', async () => {
    const { issuers, agent, resourceToken, atPersonServer } = await makeScene()
    const asked = await verifyResourceToken(await resourceToken(), atPersonServer())
    const authToken = await agent.authToken(faithful)
    expect(await verdict(verifyExchange({ resourceToken: asked, authToken, issuers }))).toBe(
      'account_changed',
    )
  })
})

describe('verifyExchange (agent, drafts 01 to 10)', () => {
  it('refuses an auth token for another agent with agent_changed', async () => {
    const { check, agent } = await ask('olderResourceToken', ps)
    const claims = { agent: 'aauth:other@agent.example' }
    const token = await agent.authToken({ ...faithful, ...older, lifetime: 600, claims })
    expect(await verdict(check(token))).toBe('agent_changed')
  })

  it('refuses an access server that names another approver of the mission with mission_changed', async () => {
    const { check, agent, net } = await ask('olderResourceToken', as)
    const claims = { mission: { approver: 'https://other-ps.example', s256: mission } }
    const token = await net.accessServer.authToken(agent, { ...faithful, ...older, lifetime: 600, claims })
    expect(await verdict(check(token))).toBe('mission_changed')
  })
})
