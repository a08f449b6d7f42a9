import { answerRoutes } from '@aauth-guard/core/adapter'
import { askForToken, notes, verdict, verified } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

describe('the authorization endpoint', () => {
  it('answers a person token with a resource token that is bound to it [RT-17, RT-18, RT-6, R11-200, R11-206]', async () => {
    const world = await makeWorld(notes)
    const token = await world.agent.personToken({ tenant: 'corp', mission: s256, claims: { jti: 'pt-1' } })
    const { status, headers, body } = await askForToken(world, {
      token,
      body: { scope: 'notes.write notes.read' },
    })
    expect([status, headers, Object.keys(JSON.parse(body))]).toEqual([
      200,
      { 'content-type': 'application/json', 'cache-control': 'no-store' },
      ['resource_token'],
    ])
    const { payload } = await verified(world.resource, JSON.parse(body).resource_token)
    expect(payload).toEqual({
      iss: 'https://notes.example',
      dwk: 'aauth-resource.json',
      aud: 'https://ps.example',
      jti: expect.any(String),
      iat: now,
      exp: now + 300,
      agent_jkt: world.agent.key.thumbprint,
      scope: 'notes.write notes.read',
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'pt-1',
      person_token_jti: 'pt-1',
      mission_s256: s256,
      tenant: 'corp',
    })
  })

  it.each(['ps', 'sub', 'aud', 'agent_jkt', 'presented_jti', 'mission_s256', 'tenant'])(
    'does not take %s from the content [RT-3, RT-4, RT-6, R11-162, R11-166, M02, M03, M06]',
    async (name) => {
      const world = await makeWorld(notes)
      const token = await world.agent.personToken({ claims: { jti: 'pt-1' } })
      const { body } = await askForToken(world, {
        token,
        body: { scope: 'notes.read', [name]: 'https://evil.example' },
      })
      const { payload } = await verified(world.resource, JSON.parse(body).resource_token)
      expect(payload).toEqual({
        iss: 'https://notes.example',
        dwk: 'aauth-resource.json',
        aud: 'https://ps.example',
        jti: expect.any(String),
        iat: now,
        exp: now + 300,
        agent_jkt: world.agent.key.thumbprint,
        scope: 'notes.read',
        ps: 'https://ps.example',
        sub: 'person-1',
        presented_jti: 'pt-1',
        person_token_jti: 'pt-1',
      })
    },
  )

  it('names scopes once, in the order of the request [RT-11]', async () => {
    const world = await makeWorld(notes)
    const { body } = await askForToken(world, { body: { scope: 'notes.write notes.read notes.write' } })
    const { payload } = await verified(world.resource, JSON.parse(body).resource_token)
    expect(payload.scope).toBe('notes.write notes.read')
  })

  it('refuses the same signature twice [REPLAY-1]', async () => {
    const { net, resource, agent } = await makeWorld(notes)
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const token = await agent.personToken()
    const signed = await agent.sign(`${net.resource}/aauth/authorize`, request, {
      token,
      params: { nonce: 'n' },
    })
    const content = async (): Promise<Uint8Array> => new TextEncoder().encode('{"scope":"notes.read"}')
    const first = await answerRoutes(resource, toSignedRequest(signed), content)
    const second = await answerRoutes(resource, toSignedRequest(signed), content)
    expect([first?.status, second && verdict(second)]).toEqual([200, [401, 'invalid_signature']])
  })

  it('refuses a person token that another agent presents [R11-200]', async () => {
    const world = await makeWorld(notes)
    const agent = await world.net.agent({ name: 'thief' })
    const answer = await askForToken(world, { agent, token: await world.agent.personToken() })
    expect(verdict(answer)).toEqual([401, 'invalid_signature'])
  })

  it('requires the components that the resource requires everywhere [META-4]', async () => {
    const world = await makeWorld({ ...notes, additionalSignatureComponents: ['content-digest'] })
    const answer = await askForToken(world)
    expect([...verdict(answer), answer.headers['signature-error']]).toEqual([
      401,
      'invalid_input',
      expect.stringContaining('"content-digest"'),
    ])
  })

  it('compares the content with the digest that the signature covers [SIG-12, R11-104]', async () => {
    const world = await makeWorld(notes)
    const honest = await askForToken(world, { digest: true })
    const swapped = await askForToken(world, { digest: true, arrives: '{"scope":"notes.write"}' })
    expect([honest.status, verdict(swapped)]).toEqual([200, [401, 'invalid_signature']])
  })

  it('refuses a request under an authority for which agents would refuse the resource token [R11-013]', async () => {
    const world = await makeWorld({ ...notes, authorities: ['notes.example', 'api.example'] })
    const answer = await askForToken(world, { url: 'https://api.example/aauth/authorize' })
    expect(verdict(answer)).toEqual([403, 'access_denied'])
  })

  const detail = 'The route does not serve this method.'
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'post'])(
    '%s is answered with 405 and invalid_request [R11-207]',
    async (method) => {
      const { net, resource, agent } = await makeWorld(notes)
      const token = await agent.personToken()
      const signed = await agent.sign(`${net.resource}/aauth/authorize`, { method }, { token })
      const answer = await answerRoutes(resource, toSignedRequest(signed), async () => new Uint8Array())
      expect([answer?.status, answer?.headers, JSON.parse(answer?.body ?? '')]).toEqual([
        405,
        { allow: 'POST', 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
        { status: 405, error: 'invalid_request', detail, error_description: detail },
      ])
    },
  )

  it('reports refusals to the operator', async () => {
    const world = await makeWorld(notes)
    await askForToken(world, { body: { scope: 'nope' } })
    expect(world.refusals.map(({ code, hint }) => [code, hint])).toEqual([
      [
        'invalid_scope',
        '"scope" contains "nope", which "scopes" of the resource does not describe: request another scope',
      ],
    ])
  })
})
