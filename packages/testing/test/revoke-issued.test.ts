import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type TestIssuer, toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { challenge, makeExchangeWorld, notes } from './exchange-world.ts'
import { ask } from './token-request.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'

/** What is told, and what came of it, without the token. */
const told = (outcomes: Awaited<ReturnType<TestIssuer['revokeIssued']>>) =>
  outcomes.map(({ token, ...outcome }) => [token.kind, outcome])

/** Status and signature error with which the notes meet a token. */
async function shown(agent: Awaited<ReturnType<typeof makeExchangeWorld>>['agent'], token: string) {
  const { status, headers } = await agent.fetch(`${notes}/notes`, {}, { token })
  return [status, headers.get('signature-error')]
}

describe('issuer.revokeIssued', () => {
  it('ends, at the resource, an auth token that a token endpoint granted [R11-255]', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const { token } = await agent.call(`${notes}/notes`)
    const outcomes = await net.personServer.revokeIssued({ kind: 'auth-token', aud: notes })
    expect(told(outcomes)).toEqual([['auth-token', { recipient: notes, status: 200 }]])
    expect(await shown(agent, token)).toEqual([401, 'error=revoked_jwt'])
  })

  it('ends what was minted for one person, and nothing of another', async () => {
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
    'ends what was issued under one mission, and nothing else: %s',
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

  it('of a person token ends the auth token that was issued on it', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const { token } = await agent.call(`${notes}/notes`)
    const outcomes = await net.personServer.revokeIssued({ kind: 'person-token' })
    expect(told(outcomes).map(([kind]) => kind)).toEqual(['person-token', 'auth-token'])
    expect(await shown(agent, token)).toEqual([401, 'error=revoked_jwt'])
  })

  it('of a person token has the access server revoke what it issued on it, step-up included', async () => {
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

  it('makes the issuer itself refuse what it withdrew', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const shownToken = await agent.personToken()
    const body = { resource_token: await challenge(agent, shownToken), presented_token: shownToken }
    await net.personServer.revokeIssued()
    expect(await ask(agent, '/auth-token', body)).toEqual([400, { error: 'revoked_presented_token' }])
  })

  it('of an agent token tells the person server, which hears the agent no more', async () => {
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

  it('says which servers have no endpoint, and which nobody reaches', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    await net.listen((_req, res) => void res.end('{}'), 'https://mute.example')
    await agent.personToken({ aud: 'https://mute.example' })
    await agent.personToken({ aud: 'https://gone.example' })
    expect(told(await net.personServer.revokeIssued())).toEqual([
      ['person-token', { recipient: 'https://mute.example', error: 'revocation_unsupported' }],
      ['person-token', { recipient: 'https://gone.example', error: 'revocation_unavailable' }],
    ])
  })

  it('says unsupported of a resource that does not listen to the issuer', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { trust: {} })
    await agent.personToken()
    const [outcome] = await net.personServer.revokeIssued()
    expect([outcome?.status, outcome?.error]).toEqual([403, 'revocation_unsupported'])
  })

  it('says unavailable of a resource that does not take the signature', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    await agent.personToken()
    const [outcome] = await net.personServer.revokeIssued({}, { mistake: 'wrong-key' })
    expect([outcome?.status, outcome?.error]).toEqual([401, 'revocation_unavailable'])
  })

  it('forgets a token once it has expired, and a minute', async () => {
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

  it('holds no more than what lives, however much was issued', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    for (let i = 0; i < 1024; i += 1) await agent.personToken({ lifetime: 10 })
    net.clock.advance(71)
    await agent.personToken()
    net.clock.set(now)
    expect(net.personServer.tokens().length).toBe(1)
  })
})

describe('the revocation endpoint of a double', () => {
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

  it('answers an access server’s person server with what became of it', async () => {
    const { net } = await makeExchangeWorld('person-token')
    expect(await revoke(net, net.personServer, as)).toEqual([200, '{"downstream":[]}', null])
  })

  it('refuses a resource token that was withdrawn', async () => {
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
  ] as const)('of %s hears no server of the same kind', async (_, at, role) => {
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

  it('knows no key of a server whose documents name another issuer', async () => {
    const { net } = await makeExchangeWorld('person-token')
    net.personServer.misbehave('other-issuer')
    expect((await revoke(net, net.personServer, as))[1]).toBe('{"error":"unknown_key"}')
  })

  it('fetches no keys from another host than the server’s own', async () => {
    const { net } = await makeExchangeWorld('person-token')
    net.personServer.misbehave('foreign-jwks-uri')
    await revoke(net, net.personServer, as)
    expect(net.fetches.some(({ url }) => url.startsWith('https://elsewhere.example'))).toBe(false)
  })
})

function claimsOf(token: string): { iss: string; jti: string; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}
