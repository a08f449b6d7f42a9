import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type TestIssuer, toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { challenge, makeExchangeWorld, notes } from './exchange-world.ts'
import { ask } from './token-request.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'

/** The notified servers and the outcomes, without the token. */
const told = (outcomes: Awaited<ReturnType<TestIssuer['revokeIssued']>>) =>
  outcomes.map(({ token, ...outcome }) => [token.kind, outcome])

/** Status and signature error of the notes for a token. */
async function shown(agent: Awaited<ReturnType<typeof makeExchangeWorld>>['agent'], token: string) {
  const { status, headers } = await agent.fetch(`${notes}/notes`, {}, { token })
  return [status, headers.get('signature-error')]
}

describe('issuer.revokeIssued', () => {
  it('revokes, at the resource, an auth token that a token endpoint issued [R11-255]', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const { token } = await agent.call(`${notes}/notes`)
    const outcomes = await net.personServer.revokeIssued({ kind: 'auth-token', aud: notes })
    expect(told(outcomes)).toEqual([['auth-token', { recipient: notes, status: 200 }]])
    expect(await shown(agent, token)).toEqual([401, 'error=revoked_jwt'])
  })

  it('revokes the tokens issued for one person, and none of another', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const ada = await agent.authToken({ sub: 'ada', scope: 'notes.read' })
    const bob = await agent.authToken({ sub: 'bob', scope: 'notes.read' })
    await net.personServer.revokeIssued({ sub: 'ada' })
    expect([await shown(agent, ada), await shown(agent, bob)]).toEqual([
      [401, 'error=revoked_jwt'],
      [200, null],
    ])
  })

  it.each(['person-token', 'mission-header'] as const)(
    'revokes the tokens issued under one mission, and no others: %s',
    async (generation) => {
      const { agent, net } = await makeExchangeWorld(generation)
      const under = await agent.authToken({ generation, mission, scope: 'notes.read' })
      const free = await agent.authToken({ generation, scope: 'notes.read' })
      await net.personServer.revokeIssued({ mission })
      expect([(await shown(agent, under))[1], (await shown(agent, free))[0]]).toEqual([
        'error=revoked_jwt',
        200,
      ])
    },
  )

  it('of a person token revokes the auth token that was issued for it', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const { token } = await agent.call(`${notes}/notes`)
    const outcomes = await net.personServer.revokeIssued({ kind: 'person-token' })
    expect(told(outcomes).map(([kind]) => kind)).toEqual(['person-token', 'auth-token'])
    expect(await shown(agent, token)).toEqual([401, 'error=revoked_jwt'])
  })

  it('of a person token has the access server revoke the tokens issued for it, including step-ups', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    const { token } = await agent.call(`${notes}/notes`)
    const wider = await agent.call(`${notes}/notes`, { method: 'POST' }, { token })
    const outcomes = await net.personServer.revokeIssued({ kind: 'person-token' })
    expect(told(outcomes)).toEqual([
      ['person-token', { recipient: notes, status: 200 }],
      [
        'person-token',
        { recipient: as, status: 200, downstream: [{ recipient: notes }, { recipient: notes }] },
      ],
    ])
    expect([await shown(agent, token), await shown(agent, wider.token)]).toEqual([
      [401, 'error=revoked_jwt'],
      [401, 'error=revoked_jwt'],
    ])
  })

  it('makes the issuer itself refuse the revoked token', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const shownToken = await agent.personToken()
    const body = { resource_token: await challenge(agent, shownToken), presented_token: shownToken }
    await net.personServer.revokeIssued()
    expect(await ask(agent, '/auth-token', body)).toEqual([400, { error: 'revoked_presented_token' }])
  })

  it('of an agent token notifies the person server, which then refuses the agent', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const token = await agent.agentToken()
    const outcomes = await net.agentProvider.revokeIssued({ agent: agent.id })
    const [status, { error }] = await ask(agent, '/person-token', { resource: notes }, { token })
    expect([told(outcomes), status, error]).toEqual([
      [['agent-token', { recipient: ps, status: 200 }]],
      401,
      'revoked_jwt',
    ])
  })

  it('reports which servers have no endpoint, and which are unreachable', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    await net.listen((_req, res) => void res.end('{}'), 'https://mute.example')
    await agent.personToken({ aud: 'https://mute.example' })
    await agent.personToken({ aud: 'https://gone.example' })
    expect(told(await net.personServer.revokeIssued())).toEqual([
      ['person-token', { recipient: 'https://mute.example', error: 'revocation_unsupported' }],
      ['person-token', { recipient: 'https://gone.example', error: 'revocation_unavailable' }],
    ])
  })

  it('reports unsupported for a resource that does not accept the issuer', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { trust: {} })
    await agent.personToken()
    const [outcome] = await net.personServer.revokeIssued()
    expect([outcome?.status, outcome?.error]).toEqual([403, 'revocation_unsupported'])
  })

  it('reports unavailable for a resource that does not accept the signature', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    await agent.personToken()
    const [outcome] = await net.personServer.revokeIssued({}, { mistake: 'wrong-key' })
    expect([outcome?.status, outcome?.error]).toEqual([401, 'revocation_unavailable'])
  })

  it('forgets a token a minute after it has expired', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    await agent.personToken({ lifetime: 10 })
    net.clock.advance(70)
    const before = net.personServer.tokens().length
    net.clock.advance(1)
    expect([before, net.personServer.tokens().length, await net.personServer.revokeIssued()]).toEqual([
      1,
      0,
      [],
    ])
  })

  it('keeps records only of valid tokens, however many were issued', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    for (let i = 0; i < 1024; i += 1) await agent.personToken({ lifetime: 10 })
    net.clock.advance(71)
    await agent.personToken()
    net.clock.set(now)
    expect(net.personServer.tokens().length).toBe(1)
  })
})

describe('the revocation endpoint of a test issuer', () => {
  const revoke = async (
    net: Awaited<ReturnType<typeof makeExchangeWorld>>['net'],
    issuer: TestIssuer,
    at: string,
    options: Parameters<TestIssuer['signServer']>[2] = {},
    body = '{"jti":"x","exp":1790003600}',
  ) => {
    const headers = { 'content-type': 'application/json' }
    const message = await issuer.signServer(`${at}/revoke`, { headers, body }, options)
    const response = await net.fetch(toRequest(message))
    return [response.status, await response.text(), response.headers.get('signature-error')]
  }

  it('answers the person server of an access server with the outcome', async () => {
    const { net } = await makeExchangeWorld('person-token')
    expect(await revoke(net, net.personServer, as)).toEqual([200, '{"downstream":[]}', null])
  })

  it('refuses a resource token that was revoked', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const token = await agent.personToken()
    const resourceToken = await challenge(agent, token)
    net.personServer.withdrawn.add(claimsOf(resourceToken))
    const body = { resource_token: resourceToken, presented_token: token }
    expect(await ask(agent, '/auth-token', body)).toEqual([400, { error: 'revoked_resource_token' }])
  })

  it.each([
    ['a person server', ps, 'person-server'],
    ['an access server', as, 'access-server'],
  ] as const)('of %s refuses a server of the same kind', async (_, at, role) => {
    const { net } = await makeExchangeWorld('person-token')
    const other = await net.issuer(role, 'https://other.example')
    expect(await revoke(net, other, at)).toEqual([403, '{"error":"unsupported_iss"}', null])
  })

  it.each([
    ['wrong-key', 'invalid_signature'],
    ['stale', 'invalid_signature'],
    ['future', 'invalid_signature'],
    ['no-created', 'invalid_signature'],
    ['no-signature', 'invalid_signature'],
    ['signature-as-token', 'invalid_signature'],
    ['no-signature-key', 'invalid_signature'],
    ['empty-signature', 'invalid_signature'],
    ['flip-signature', 'invalid_signature'],
    ['swapped-content', 'invalid_signature'],
    ['omit-content-digest', 'invalid_input'],
    ['omit-content-type', 'invalid_input'],
    ['omit-method', 'invalid_input'],
    ['key-parameter', 'invalid_input'],
    ['unpublished-kid', 'unknown_key'],
    ['id-with-path', 'invalid_key'],
    ['http-id', 'invalid_key'],
    ['no-kid', 'invalid_key'],
    ['jwt-scheme', 'unsupported_scheme'],
  ] as const)('refuses a signature with %s', async (mistake, code) => {
    const { net } = await makeExchangeWorld('person-token')
    const [status, body, error] = await revoke(net, net.personServer, as, { mistake })
    expect([status, body, error]).toEqual([401, `{"error":"${code}"}`, `error=${code}`])
  })

  it.each(['[]', '{', '{"jti":1,"exp":1}', '{"jti":"","exp":1}', '{"jti":"x"}'])(
    'refuses the content %s',
    async (body) => {
      const { net } = await makeExchangeWorld('person-token')
      expect(await revoke(net, net.personServer, as, {}, body)).toEqual([
        400,
        '{"error":"invalid_request"}',
        null,
      ])
    },
  )

  it('rejects a key of a server whose documents name another issuer', async () => {
    const { net } = await makeExchangeWorld('person-token')
    net.personServer.misbehave('other-issuer')
    expect((await revoke(net, net.personServer, as))[1]).toBe('{"error":"unknown_key"}')
  })

  it('fetches no keys from another host than that of the server', async () => {
    const { net } = await makeExchangeWorld('person-token')
    net.personServer.misbehave('foreign-jwks-uri')
    await revoke(net, net.personServer, as)
    expect(net.fetches.some(({ url }) => url.startsWith('https://elsewhere.example'))).toBe(false)
  })
})

function claimsOf(token: string): { iss: string; jti: string; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}
