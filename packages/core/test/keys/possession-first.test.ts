import { mission } from '@aauth-guard/fixtures/missions'
import { agentRoute, anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import {
  type AgentMistake,
  agentMistakes,
  type Corruption,
  corruptions,
  corruptToken,
} from '@aauth-guard/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

describe('before keys are fetched, the caller must prove possession of its own key', () => {
  it.each(['wrong-key', 'flip-signature', 'other-path', 'other-method', 'other-authority'] as const)(
    'or the answer is invalid_signature without a fetch: %s [SIG-24, R11-102]',
    async (mistake) => {
      const { refusal, agent, net } = await makeWorld()
      const { code, status, headers } = await refusal(await agent.personToken(), {
        requirement: personRoute,
        mistake,
      })
      expect([code, status]).toEqual(['invalid_signature', 401])
      expect(headers).toEqual({ 'cache-control': 'no-store', 'signature-error': 'error=invalid_signature' })
      expect(net.fetches).toEqual([])
    },
  )

  it('even when trust lists the issuer', async () => {
    const { refusal, agent, net } = await makeWorld({ trust: { personServers: ['https://ps.example'] } })
    const call = { requirement: personRoute, mistake: 'wrong-key' } as const
    expect((await refusal(await agent.personToken(), call)).code).toBe('invalid_signature')
    expect(net.fetches).toEqual([])
  })

  it('even when the signature of the token is invalid as well', async () => {
    const { refusal, agent, net } = await makeWorld()
    const call = { requirement: personRoute, mistake: 'wrong-key' } as const
    const token = await agent.personToken({ key: agent.key })
    expect((await refusal(token, call)).code).toBe('invalid_signature')
    expect(net.fetches).toEqual([])
  })

  it('even for a kid that the cached keys do not contain', async () => {
    const { call, refusal, agent, net } = await makeWorld()
    await call(await agent.personToken(), { requirement: personRoute })
    net.clock.advance(60)
    const token = await agent.personToken({ header: { kid: 'nobody' } })
    const { code } = await refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
    expect([code, net.fetches.length]).toEqual(['invalid_signature', 2])
  })

  it('even when the cached keys are a day old', async () => {
    const { call, refusal, agent, net } = await makeWorld()
    await call(await agent.personToken(), { requirement: personRoute })
    net.clock.advance(86_400)
    const token = await agent.personToken()
    const { code } = await refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
    expect([code, net.fetches.length]).toEqual(['invalid_signature', 2])
  })

  it('even for a token that was verified before and whose issuer was evicted since', async () => {
    const { call, refusal, agent, net } = await makeWorld({ limits: { unlistedIssuers: 1 } })
    const other = await net.issuer('person-server', 'https://other.example')
    const token = await agent.personToken()
    for (const met of [token, await other.personToken(agent)]) await call(met, { requirement: personRoute })
    net.clock.advance(60)
    const { code } = await refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
    expect([code, net.fetches.length]).toEqual(['invalid_signature', 4])
  })

  it('even for a token that was verified before and whose keys are a day old', async () => {
    const { call, refusal, agent, net } = await makeWorld()
    const token = await agent.agentToken({ lifetime: 172_800 })
    await call(token, { requirement: agentRoute })
    net.clock.advance(86_400)
    const { code } = await refusal(token, { requirement: agentRoute, mistake: 'wrong-key' })
    expect([code, net.fetches.length]).toEqual(['invalid_signature', 2])
  })

  it('even for a token that was verified before and whose keys were forgotten since', async () => {
    const { call, refusal, agent, net, resource } = await makeWorld()
    const token = await agent.personToken()
    await call(token, { requirement: personRoute })
    resource.purgeIssuer('https://ps.example')
    const { code } = await refusal(token, { requirement: personRoute, mistake: 'wrong-key' })
    expect([code, net.fetches.length]).toEqual(['invalid_signature', 2])
  })

  it('but with cached keys the token is judged first, as the protocol requires', async () => {
    const { call, refusal, agent } = await makeWorld()
    await call(await agent.personToken(), { requirement: personRoute })
    const forged = await agent.personToken({ key: agent.key, header: { kid: 'key-1' } })
    const { code } = await refusal(forged, { requirement: personRoute, mistake: 'wrong-key' })
    expect(code).toBe('invalid_jwt')
  })
})

describe('nothing is fetched', () => {
  const kinds = ['agentToken', 'personToken', 'authToken'] as const

  it('for a request that is signed wrongly in any way, whichever token it presents [O02]', async () => {
    const world = await makeWorld()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(agentMistakes) as AgentMistake[])),
        fc.constantFrom(...kinds),
        fc.constantFrom('GET', 'POST', 'DELETE'),
        async (mistake, kind, method) => {
          const call = {
            method,
            mistake,
            requirement: anyKind,
            headers: { authorization: 'AAuth opaque' },
            mission,
          }
          const { status } = await world.refusal(await world.agent[kind](), call)
          expect([status, world.net.fetches]).toEqual([401, []])
        },
      ),
      runs(300),
    )
  })

  it('for a text that is not a token, or a token in another encoding [F01, F11, F12, F13, F14, F15, F16]', async () => {
    const names = (Object.keys(corruptions) as Corruption[]).filter(
      // The first leaves a well-formed token, and the second leaves a field that cannot be sent.
      (name) => name !== 'changed-claim' && name !== 'trailing-newline',
    )
    const world = await makeWorld()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.constantFrom(...kinds), async (how, kind) => {
        const token = corruptToken(await world.agent[kind](), how)
        const { status } = await world.refusal(token, { requirement: anyKind })
        expect(status).toBe(401)
        expect(world.net.fetches).toEqual([])
      }),
      runs(150),
    )
  })

  it.each([
    ['an issuer that is not a server identifier [JWT-6, G06]', { iss: 'https://127.0.0.1' }],
    ['an issuer with a port [JWT-6, G06]', { iss: 'https://ps.example:8443' }],
    ['a dwk outside the closed set [JWT-8, G08]', { dwk: '../../admin' }],
    ['another audience [JWT-18, G09]', { aud: 'https://other.example' }],
    ['a lifetime that is over [JWT-13, G02]', { iat: 1_790_000_000 - 60, exp: 1_790_000_000 }],
  ])('for a token with %s', async (_, claims) => {
    const { refusal, agent, net } = await makeWorld()
    const { status } = await refusal(await agent.personToken({ claims }), { requirement: personRoute })
    expect([status, net.fetches]).toEqual([401, []])
  })

  it('from the addresses in the header of a token [F09, JWT-5]', async () => {
    const { call, agent, net } = await makeWorld()
    const evil = 'https://evil.example/keys'
    const header = { jku: evil, x5u: evil, jwk: agent.key.jwk, x5c: ['MII'] }
    await call(await agent.agentToken({ header }), { requirement: agentRoute })
    expect(net.fetches.map(({ url }) => url)).toEqual([
      'https://agent.example/.well-known/aauth-agent.json',
      'https://agent.example/jwks.json',
    ])
  })
})
