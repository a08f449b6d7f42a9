import { issueResourceToken } from '@aauth-guard/core'
import { callAs, challenged, notes, refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const wanted = { scope: 'notes.read' } as const
const accessServer = 'https://as.example'

describe('the audience of a resource token', () => {
  it('is the access server if there is one [RT-3]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes, accessServer })
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect([payload.aud, payload.ps]).toEqual([accessServer, 'https://ps.example'])
  })

  it('is the issuer of the person token, whatever person server the agent has [RT-3, R11-166, M06]', async () => {
    const world = await makeWorld(notes)
    const { net, resource } = world
    const other = await net.issuer('person-server', 'https://other.example')
    const agent = await net.agent({ personServer: other })
    await callAs(world, agent, await agent.agentToken(), agentRoute)
    const auth = await callAs(world, agent, await net.personServer.personToken(agent), personRoute)
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect(payload.aud).toBe('https://ps.example')
  })

  it('is the person server of an auth token that an access server issued [RT-3, R11-166]', async () => {
    const trust = {
      agentProviders: 'any',
      personServers: 'any',
      accessServers: [accessServer],
    } as const
    const { net, resource, agent, call } = await makeWorld({ ...notes, trust })
    const token = await agent.authToken({ scope: 'notes.read' }, net.accessServer)
    const auth = await call(token, { requirement: wanted })
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect(payload.aud).toBe('https://ps.example')
  })

  it('is never a person server that trust excludes [RT-3, M06]', async () => {
    const trust = { agentProviders: 'any', accessServers: [accessServer] } as const
    const { net, resource, agent, call } = await makeWorld({ ...notes, trust })
    const token = await agent.authToken({ scope: 'notes.read' }, net.accessServer)
    const auth = await call(token, { requirement: wanted })
    const { code } = await refusalOf(issueResourceToken(resource, auth, wanted))
    expect(code).toBe('access_denied')
  })

  it('does not exist for an agent without a person server when there is no access server [RT-3, CHAL-9]', async () => {
    const world = await makeWorld({ ...notes, generations: ['mission-header'] })
    const agent = await world.net.agent({ personServer: null })
    const call = callAs(world, agent, await agent.agentToken(), wanted)
    const { code, status, headers } = await refusalOf(call)
    expect([status, code, headers['aauth-requirement']]).toEqual([403, 'access_denied', undefined])
  })

  it('does not exist on a route whose trust excludes the access server [RT-3]', async () => {
    const { agent, refusal } = await makeWorld({ ...notes, accessServer })
    const trust = { agentProviders: 'any', personServers: 'any' } as const
    const { code } = await refusal(await agent.personToken(), { requirement: { ...wanted, trust } })
    expect(code).toBe('access_denied')
  })
})

describe('person_token_jti', () => {
  it.each([
    ['the option is absent', undefined, 'pt-1'],
    ['it is auto', 'auto', 'pt-1'],
    ['the person server is listed', ['https://ps.example'], 'pt-1'],
    ['another person server is listed', ['https://elsewhere.example'], 'pt-1'],
    ['it is never', 'never', undefined],
  ] as const)(
    'stands beside presented_jti for a person token when %s: %o gives %s [RT-6]',
    async (_, legacy, expected) => {
      const option = legacy === undefined ? {} : { legacyPersonTokenJti: legacy }
      const { resource, agent, call } = await makeWorld({ ...notes, ...option })
      const token = await agent.personToken({ claims: { jti: 'pt-1' } })
      const auth = await call(token, { requirement: personRoute })
      const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
      expect([payload.presented_jti, payload.person_token_jti]).toEqual(['pt-1', expected])
    },
  )

  it.each(['auto', ['https://other-ps.example']] as const)(
    'never stands in a resource token for an auth token when the option is %o [RT-6, RT-7]',
    async (legacyPersonTokenJti) => {
      const { resource, agent, call } = await makeWorld({ ...notes, legacyPersonTokenJti })
      const auth = await call(await agent.authToken({ scope: 'notes.read' }), {
        requirement: { scope: 'notes.read' },
      })
      const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
      expect([payload.presented_jti, payload.person_token_jti]).toEqual([auth.jti, undefined])
    },
  )

  it('sends an auth token back for the person token that the resource token would have to name [RT-6, RT-7]', async () => {
    const older = { ...notes, legacyPersonTokenJti: ['https://ps.example'] }
    const { resource, agent, call, refusal } = await makeWorld(older)
    const scopes = Object.keys(notes.scopes)
    const token = await agent.authToken({ scope: scopes[0] as string })
    const { code, headers } = await refusal(token, { requirement: { scope: scopes } })
    expect([code, headers['aauth-requirement']]).toEqual([
      'person_token_required',
      'requirement=person-token',
    ])
    const auth = await call(token, { requirement: { scope: scopes[0] as string } })
    await expect(issueResourceToken(resource, auth, wanted)).rejects.toMatchObject({
      code: 'person_token_required',
    })
  })

  it('never stands in a resource token of drafts 01 to 10 [RT-14]', async () => {
    const { resource, agent, refusal } = await makeWorld({
      ...notes,
      generations: ['mission-header'],
      legacyPersonTokenJti: ['https://ps.example'],
    })
    const error = await refusal(await agent.agentToken(), { requirement: wanted })
    const { payload } = await challenged(resource, error)
    expect([payload.presented_jti, payload.person_token_jti]).toEqual([undefined, undefined])
  })
})

it.each(['https://api.example/notes', 'https://notes.example:8443/notes'])(
  'no resource token is issued for a request to %s, because agents would refuse it [RT-1, R11-013]',
  async (url) => {
    const authorities = ['notes.example', 'api.example', 'notes.example:8443']
    const { agent, refusal } = await makeWorld({ ...notes, authorities })
    const { code } = await refusal(await agent.personToken(), { requirement: wanted, url })
    expect(code).toBe('access_denied')
  },
)
