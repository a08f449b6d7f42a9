import type { AnyRequirement } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute, anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { generations, outcome, ps } from './attempt.ts'

const scope = 'access'

/** An origin that is agent provider, person server and access server at once, with one key set for all. */
async function makeCollocatedWorld(): Promise<World> {
  const origin = 'https://agent.example'
  const world = await makeWorld({
    accessServer: origin,
    acceptPersonServerTokens: true,
  })
  await world.net.issuer('person-server', origin)
  await world.net.issuer('access-server', origin)
  return world
}

/** Claims of an auth token of the origin above, in either generation. */
function collocatedClaims(generation: string): Record<string, unknown> {
  return generation === 'mission-header'
    ? { ps: undefined, agent: 'aauth:planner@agent.example', iss: 'https://agent.example' }
    : { ps: 'https://agent.example', iss: 'https://agent.example' }
}

describe('a person token on a route that requires an auth token', () => {
  it('is answered with a challenge for an auth token [X1]', async () => {
    const { agent, refusal } = await makeWorld()
    const { status, code, headers } = await refusal(await agent.personToken())
    expect([status, code]).toEqual([401, 'auth_token_required'])
    expect(headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
  })

  it('is refused when its typ is rewritten to that of an auth token [X1]', async () => {
    const { agent, call } = await makeWorld()
    const [header = '', ...rest] = (await agent.personToken({ claims: { ps } })).split('.')
    const rewritten = btoa(atob(header).replace('aa-person+jwt', 'aa-auth+jwt')).replace(/=+$/, '')
    expect(await outcome(call([rewritten, ...rest].join('.')))).toBe('401 invalid_jwt')
  })
})

describe('an agent token', () => {
  it.each<[string, AnyRequirement, string]>([
    ['a person token', personRoute, '401 person_token_required'],
    ['an auth token', {}, '401 person_token_required'],
    ['either', { accept: ['person-token', 'auth-token'] }, '401 person_token_required'],
  ])(
    'is answered with a challenge when it is presented in place of %s [X2]',
    async (_, requirement, expected) => {
      const { agent, call } = await makeWorld()
      expect(await outcome(call(await agent.agentToken(), { requirement }))).toBe(expected)
    },
  )

  it('is answered with a challenge for an auth token when only drafts 01 to 10 are served [X2]', async () => {
    const { agent, call } = await makeWorld({ generations: ['mission-header'] })
    expect(await outcome(call(await agent.agentToken()))).toBe('401 auth_token_required')
  })
})

describe('an issuer that is agent provider, person server and access server with one key set', () => {
  it.each(generations)(
    'is refused with an auth token under its agent provider document, in %s [X2]',
    async (generation) => {
      const world = await makeCollocatedWorld()
      const claims = { ...collocatedClaims(generation), dwk: 'aauth-agent.json' }
      const token = await world.agent.authToken({ scope, generation, claims }, world.net.agentProvider)
      expect(await outcome(world.call(token))).toBe('401 invalid_jwt')
    },
  )

  it.each(generations)(
    'is accepted with an auth token under its person server document, in %s',
    async (generation) => {
      const world = await makeCollocatedWorld()
      const claims = { ...collocatedClaims(generation), dwk: 'aauth-person.json' }
      const token = await world.agent.authToken({ scope, generation, claims }, world.net.agentProvider)
      expect(await outcome(world.call(token))).toBe('200')
    },
  )

  it.each(['aauth-agent.json', 'aauth-access.json'])(
    'is refused with a person token under %s [X2]',
    async (dwk) => {
      const world = await makeCollocatedWorld()
      const claims = { iss: 'https://agent.example', dwk }
      const token = await world.net.agentProvider.personToken(world.agent, { claims })
      expect(await outcome(world.call(token, { requirement: personRoute }))).toBe('401 invalid_jwt')
    },
  )

  it.each(['aauth-person.json', 'aauth-access.json'])(
    'is refused with an agent token under %s [X2]',
    async (dwk) => {
      const world = await makeCollocatedWorld()
      const token = await world.agent.agentToken({ claims: { dwk } })
      expect(await outcome(world.call(token, { requirement: agentRoute }))).toBe('401 invalid_jwt')
    },
  )
})

describe('an issuer that is only an agent provider', () => {
  it.each(generations)(
    'is refused with an auth token that it issues for itself, in %s [X2]',
    async (generation) => {
      const world = await makeWorld()
      const claims = { ...collocatedClaims(generation), dwk: 'aauth-person.json' }
      const token = await world.agent.authToken({ scope, generation, claims }, world.net.agentProvider)
      expect(await outcome(world.call(token))).toBe('401 invalid_jwt')
    },
  )
})

describe('a token of another type', () => {
  it('is refused when it is the resource token that the API itself issued [X3]', async () => {
    const { agent, refusal } = await makeWorld()
    const { headers } = await refusal(await agent.personToken())
    const [, own = ''] = /resource-token="([^"]+)"/.exec(headers['aauth-requirement'] ?? '') ?? []
    expect((await refusal(own, { requirement: anyKind })).code).toBe('invalid_jwt')
  })

  it.each([
    'aa-resource+jwt',
    'secevent+jwt',
    'at+jwt',
    'JWT',
    'AA-AUTH+JWT',
    'application/aa-auth+jwt',
    undefined,
  ])('is refused when its type is %s and all else is that of an auth token [X3]', async (typ) => {
    const { agent, call } = await makeWorld()
    expect(await outcome(call(await agent.authToken({ scope, header: { typ } })))).toBe('401 invalid_jwt')
  })
})

describe('a token with claims of both generations', () => {
  const auth = (generation: 'mission-header' | 'person-token', claims: Record<string, unknown>): Grant => ({
    scope,
    generation,
    claims,
  })
  it.each<[string, Grant]>([
    ['ps beside agent', auth('mission-header', { ps })],
    ['mission_s256 beside agent', auth('mission-header', { mission_s256: s256 })],
    [
      'mission_s256 beside mission',
      auth('mission-header', { mission: { approver: ps, s256 }, mission_s256: s256 }),
    ],
    ['agent beside ps', auth('person-token', { agent: 'aauth:planner@agent.example' })],
    ['act beside ps', auth('person-token', { act: { agent: 'aauth:planner@agent.example' } })],
    ['mission beside ps', auth('person-token', { mission: { approver: ps, s256 } })],
    ['presented_jti of a resource token', auth('person-token', { presented_jti: 'id-1' })],
  ])('is refused when it is an auth token with %s [X4]', async (_, grant) => {
    const { agent, call } = await makeWorld()
    expect(await outcome(call(await agent.authToken(grant)))).toBe('401 invalid_jwt')
  })

  it.each<[string, unknown]>([
    ['scope', scope],
    ['account', 'ws-7'],
    ['agent', 'aauth:planner@agent.example'],
    ['act', { agent: 'aauth:planner@agent.example' }],
    ['mission', { approver: ps, s256 }],
  ])('is refused when it is a person token with %s [X4]', async (name, value) => {
    const { agent, call } = await makeWorld()
    const token = await agent.personToken({ claims: { [name]: value } })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 invalid_jwt')
  })
})

describe('an audience that is almost this resource', () => {
  const audiences: readonly unknown[] = [
    [['https://notes.example']],
    ['https://notes.example', 'https://other.example'],
    'https://notes.example/',
    'https://notes.example:443',
    'https://notes.example.evil.example',
    'https://notes.exampl',
    'https://NOTES.example',
    'http://notes.example',
    'notes.example',
  ]
  it.each(audiences.flatMap((aud) => generations.map((generation) => [aud, generation] as const)))(
    'is refused when it is %j in an auth token of %s [X16]',
    async (aud, generation) => {
      const { agent, call } = await makeWorld()
      const token = await agent.authToken({ scope, generation, claims: { aud } })
      expect(await outcome(call(token))).toBe('401 invalid_jwt')
    },
  )

  it.each(audiences.map((aud) => [aud]))('is refused when it is %j in a person token [X16]', async (aud) => {
    const { agent, call } = await makeWorld()
    const token = await agent.personToken({ claims: { aud } })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 invalid_jwt')
  })
})
