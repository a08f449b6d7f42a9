import { personKey } from '@aauth-guard/core'
import { readIdentity } from '@aauth-guard/core/adapter'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const old = { scope: 'access', generation: 'mission-header' } as const
const nobody = { ...old, claims: { sub: undefined } } as const

describe('the key of a person', () => {
  it('consists of generation, person server and sub in draft 11, even for a token of an access server [PERS-9]', async () => {
    const { agent, net, call } = await makeWorld({
      trust: 'any',
      accessServer: 'https://as.example',
      acceptPersonServerTokens: true,
    })
    const key = '["person-token","https://ps.example","ada"]'
    const person = { sub: 'ada', tenant: 'acme' }
    expect(
      personKey(await call(await agent.personToken(person), { requirement: { accept: 'person-token' } })),
    ).toBe(key)
    expect(personKey(await call(await agent.authToken({ ...person, scope: 'access' })))).toBe(key)
    const byAccessServer = await agent.authToken({ ...person, scope: 'access' }, net.accessServer)
    expect(personKey(await call(byAccessServer))).toBe(key)
  })

  it('consists of generation, issuer, tenant and sub in drafts 01 to 10 [AUTH-9]', async () => {
    const { agent, call } = await makeWorld()
    expect(personKey(await call(await agent.authToken({ ...old, sub: 'ada' })))).toBe(
      '["mission-header","https://ps.example",null,"ada"]',
    )
    expect(personKey(await call(await agent.authToken({ ...old, sub: 'ada', tenant: 'acme' })))).toBe(
      '["mission-header","https://ps.example","acme","ada"]',
    )
  })

  it('is undefined when the token does not name a person, and never an agent or an email [AUTH-6]', async () => {
    const { agent, call } = await makeWorld()
    const agentAuth = await call(await agent.agentToken(), { requirement: { accept: 'agent-token' } })
    expect(personKey(agentAuth)).toBeUndefined()
    const claims = { sub: undefined, email: 'ada@example.org' }
    expect(personKey(await call(await agent.authToken({ ...old, claims })))).toBeUndefined()
  })

  it('differs for persons whose concatenated members are equal [P7]', async () => {
    const { agent, call } = await makeWorld()
    const names = [
      { sub: 'b c', tenant: 'a' },
      { sub: 'c', tenant: 'a b' },
      { sub: 'a","b' },
      { sub: 'b', tenant: 'a","' },
      { sub: 'null' },
      { sub: 'c', tenant: 'null' },
    ]
    const auths = await Promise.all(
      names.map(async (name) => call(await agent.authToken({ ...old, ...name }))),
    )
    expect(new Set(auths.map((auth) => personKey(auth))).size).toBe(names.length)
  })
})

describe('a route that requires a person', () => {
  const requirement = { person: 'required' } as const

  it.each(['mission-header', 'person-token'] as const)(
    'accepts a token of %s with a person',
    async (generation) => {
      const { agent, call } = await makeWorld()
      const auth = await call(await agent.authToken({ scope: 'access', generation }), { requirement })
      expect(auth.sub).toBe('person-1')
    },
  )

  it('answers an auth token without a person 403 person_required [AUTH-6]', async () => {
    const { agent, refusal } = await makeWorld()
    const refused = await refusal(await agent.authToken(nobody), { requirement })
    expect([refused.status, refused.code]).toEqual([403, 'person_required'])
    expect(refused.headers).toEqual({ 'cache-control': 'no-store' })
  })

  const both = { accept: ['agent-token', 'auth-token'], person: 'required' } as const

  it('challenges an agent token for a person token in draft 11', async () => {
    const { agent, refusal } = await makeWorld({ generations: ['person-token'] })
    const refused = await refusal(await agent.agentToken(), { requirement: both })
    expect([refused.status, refused.code]).toEqual([401, 'person_token_required'])
    expect(refused.headers['aauth-requirement']).toBe('requirement=person-token')
  })

  it('answers an agent token 403 person_required before draft 11', async () => {
    const { agent, refusal } = await makeWorld({ generations: ['mission-header'] })
    const refused = await refusal(await agent.agentToken(), { requirement: both })
    expect([refused.status, refused.code]).toEqual([403, 'person_required'])
  })

  it('is the only one whose handler may read an identity with a required person', async () => {
    const { agent, call } = await makeWorld()
    const auth = await call(await agent.authToken(nobody))
    expect(() => readIdentity(auth, 'auth-token', '', { person: 'required' })).toThrow(
      "the token does not name a person: add { person: 'required' } to the requirement of the guard as well",
    )
    expect(readIdentity(auth, 'auth-token', '')).toBe(auth)
  })
})
