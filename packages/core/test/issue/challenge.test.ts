import { type AnyRequirement, answer, type Generation } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { beforeAll, describe, expect, it } from 'vitest'

const problem = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
const resourceToken = /^requirement=auth-token;resource-token="[\w-]+\.[\w-]+\.[\w-]+"$/

const worlds = new Map<string, World>()
beforeAll(async () => {
  for (const generations of [['mission-header'], ['person-token'], ['mission-header', 'person-token']]) {
    worlds.set(generations.join(), await makeWorld({ generations: generations as Generation[], signingKey }))
  }
})
const served = {
  both: 'mission-header,person-token',
  old: 'mission-header',
  new: 'person-token',
} as const
const world = (name: keyof typeof served): World => worlds.get(served[name]) as World

type Presented = 'agent token' | 'person token' | 'draft 11 auth token' | 'older auth token'

function present({ agent }: World, what: Presented): Promise<string> {
  switch (what) {
    case 'agent token':
      return agent.agentToken()
    case 'person token':
      return agent.personToken()
    case 'draft 11 auth token':
      return agent.authToken({ scope: 'access' })
    case 'older auth token':
      return agent.authToken({ scope: 'access', generation: 'mission-header' })
  }
}

describe('a verified token of a kind that the route does not accept', () => {
  it.each([
    ['new', 'person token', 'agent-token', 'agent_token_required', 'agent-token'],
    ['new', 'draft 11 auth token', 'agent-token', 'agent_token_required', 'agent-token'],
    ['old', 'older auth token', 'agent-token', 'agent_token_required', 'agent-token'],
    ['new', 'agent token', 'person-token', 'person_token_required', 'person-token'],
    ['both', 'agent token', 'person-token', 'person_token_required', 'person-token'],
    ['both', 'older auth token', 'person-token', 'person_token_required', 'person-token'],
    ['both', 'agent token', ['person-token', 'auth-token'], 'person_token_required', 'person-token'],
    ['both', 'older auth token', ['agent-token', 'person-token'], 'agent_token_required', 'agent-token'],
  ] as const)(
    'is challenged, with %s: %s on a route that accepts %j is answered with %s [CHAL-3, CHAL-4, R11-140, R11-141, R11-149, F20]',
    async (name, presented, accept, code, requirement) => {
      const token = await present(world(name), presented)
      const refusal = await world(name).refusal(token, { requirement: { accept } as AnyRequirement })
      const { status, headers, body } = await answer(refusal)
      // The signature verified, so Signature-Error has nothing to report.
      expect({ status, headers, error: JSON.parse(body).error }).toEqual({
        status: 401,
        headers: {
          ...problem,
          'aauth-requirement': `requirement=${requirement}`,
          link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
        },
        error: code,
      })
    },
  )

  it.each(['new', 'both'] as const)(
    'is challenged, with %s: a person token on a route that accepts auth tokens is answered with a resource token [CHAL-6, CHAL-16, R11-021, R11-058, R11-143, R11-144, R11-150, PERS-7, F19]',
    async (name) => {
      const refusal = await world(name).refusal(await present(world(name), 'person token'))
      const { status, headers, body } = await answer(refusal)
      expect({ status, headers, error: JSON.parse(body).error }).toEqual({
        status: 401,
        headers: {
          ...problem,
          'aauth-requirement': expect.stringMatching(resourceToken),
          link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
        },
        error: 'auth_token_required',
      })
    },
  )

  it.each([
    ['old', 'older auth token'],
    ['new', 'draft 11 auth token'],
    ['both', 'older auth token'],
    ['both', 'draft 11 auth token'],
  ] as const)(
    'is challenged, with %s: an %s that grants too little steps up [CHAL-7, AUTH-10, R11-067, R11-146]',
    async (name, presented) => {
      const scopes = { access: 'Access', write: 'Write' }
      const generations = served[name].split(',') as Generation[]
      const narrow = await makeWorld({ scopes, defaultScope: 'access', generations, signingKey })
      const refusal = await narrow.refusal(await present(narrow, presented), {
        requirement: { scope: 'write' },
      })
      expect([refusal.code, refusal.status]).toEqual(['auth_token_required', 401])
      expect(refusal.headers['aauth-requirement']).toMatch(resourceToken)
    },
  )
})

describe('a token that the route accepts', () => {
  it.each([
    ['old', 'agent token', 'agent-token'],
    ['new', 'agent token', 'agent-token'],
    ['new', 'person token', 'person-token'],
    ['new', 'draft 11 auth token', 'auth-token'],
    ['old', 'older auth token', 'auth-token'],
    ['both', 'older auth token', 'auth-token'],
    ['both', 'agent token', ['agent-token', 'auth-token']],
    ['both', 'person token', ['agent-token', 'person-token']],
  ] as const)(
    'is served, with %s: %s on a route that accepts %j [R11-057, R11-148]',
    async (name, presented, accept) => {
      const token = await present(world(name), presented)
      const auth = await world(name).call(token, { requirement: { accept } as AnyRequirement })
      expect(auth.type).toBe(presented.replace(/draft 11 |older /, '').replace(' ', '-'))
    },
  )

  it.each(['new', 'both'] as const)(
    'is served, with %s: an auth token of draft 11 on a route that requires a person [R11-072]',
    async (name) => {
      const token = await present(world(name), 'draft 11 auth token')
      const auth = await world(name).call(token, { requirement: { accept: 'person-token' } })
      expect([auth.type, auth.ps, auth.sub]).toEqual(['auth-token', 'https://ps.example', 'person-1'])
    },
  )
})

describe('a token of a generation that is switched off', () => {
  it.each([
    ['old', 'person token'],
    ['old', 'draft 11 auth token'],
    ['new', 'older auth token'],
  ] as const)('is refused as invalid, with %s: a %s is not challenged', async (name, presented) => {
    const refusal = await world(name).refusal(await present(world(name), presented))
    expect(refusal.headers).toEqual({ 'cache-control': 'no-store', 'signature-error': 'error=invalid_jwt' })
  })
})
