import type { AnyRequirement, ResourceOptions } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Agent, TestNetwork } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const old = { generations: ['mission-header'] } as const
const current = { generations: ['person-token'] } as const
const accessServer = 'https://as.example'

interface Situation {
  readonly options?: Partial<ResourceOptions>
  /** Whether the agent token names a person server. */
  readonly ps?: boolean
  readonly prepare?: (net: TestNetwork) => void
  readonly call?: { readonly requirement?: AnyRequirement; readonly mission?: typeof mission }
}

async function challenge({
  options,
  ps = true,
  prepare,
  call,
}: Situation): Promise<[string, string | undefined, World]> {
  const world = await makeWorld({ signingKey, ...options })
  prepare?.(world.net)
  const token = await world.agent.agentToken(ps ? {} : { claims: { ps: undefined } })
  const { code, headers } = await world.refusal(token, call)
  const [, payload = ''] =
    /resource-token="([^"]*)"/.exec(headers['aauth-requirement'] ?? '')?.[1]?.split('.') ?? []
  const aud = payload === '' ? undefined : JSON.parse(Buffer.from(payload, 'base64url').toString()).aud
  return [code, aud, world]
}

const speaks =
  (...generations: ('mission-header' | 'person-token')[]) =>
  (net: TestNetwork): void => {
    net.personServer.generations = generations
  }

describe('an agent token on a route that requires an auth token (mission-header only)', () => {
  it.each([
    ['its person server', {}, true, 'https://ps.example'],
    ['the access server', { accessServer }, true, accessServer],
    ['the access server though it does not name a person server', { accessServer }, false, accessServer],
  ])('gets a resource token for %s [CHAL-8, RT-3]', async (_, options, ps, aud) => {
    const [code, audience] = await challenge({ options: { ...old, ...options }, ps })
    expect([code, audience]).toEqual(['auth_token_required', aud])
  })

  it('is denied when there is neither an access server nor a person server [CHAL-9, RT-3]', async () => {
    expect((await challenge({ options: old, ps: false })).slice(0, 2)).toEqual(['access_denied', undefined])
  })

  it('is denied when trust excludes its person server, which is not fetched [CHAL-9, M06]', async () => {
    const trust = { agentProviders: 'any', personServers: ['https://other.example'] } as const
    const [code, , world] = await challenge({ options: { ...old, trust } })
    expect(code).toBe('access_denied')
    expect(world.net.fetches.filter(({ url }) => url.includes('ps.example'))).toEqual([])
  })
})

describe('an agent token on a route that requires an auth token (person-token only)', () => {
  it.each<Situation>([
    {},
    { options: { accessServer } },
    { options: { accessServer }, ps: false },
    { prepare: speaks('mission-header') },
  ])(
    'is challenged for a person token and gets no resource token: %j [CHAL-5, R11-142, R11-160, RT-6, AGENT-8, M01]',
    async ({ options, ...situation }) => {
      const [code, , world] = await challenge({ ...situation, options: { ...current, ...options } })
      expect(code).toBe('person_token_required')
      expect(world.refusals[0]?.headers).toEqual({
        'cache-control': 'no-store',
        'aauth-requirement': 'requirement=person-token',
        link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      })
    },
  )
})

describe('an agent token on a route that requires an auth token (both generations)', () => {
  it.each([
    ['only the token endpoint of older drafts', speaks('mission-header'), 'auth_token_required'],
    ['the endpoints of both', speaks('mission-header', 'person-token'), 'person_token_required'],
    ['the endpoints of draft 11', speaks('person-token'), 'person_token_required'],
    ['none', speaks(), 'person_token_required'],
    [
      'nothing, being down',
      (net: TestNetwork) => net.personServer.misbehave('server-error'),
      'person_token_required',
    ],
    [
      'another issuer',
      (net: TestNetwork) => net.personServer.misbehave('other-issuer'),
      'person_token_required',
    ],
  ])(
    'is challenged according to its person server, whose metadata contains %s [CHAL-5, CHAL-8]',
    async (_, prepare, code) => {
      expect((await challenge({ prepare }))[0]).toBe(code)
    },
  )

  it('gets a resource token for the access server, whatever generation its person server supports', async () => {
    const [code, aud] = await challenge({ options: { accessServer }, prepare: speaks('mission-header') })
    expect([code, aud]).toEqual(['auth_token_required', accessServer])
  })

  it.each([
    [{ accessServer }, 'auth_token_required'],
    [{}, 'person_token_required'],
  ])(
    'is challenged according to the access server when it does not name a person server: %j',
    async (options, code) => {
      expect((await challenge({ options, ps: false }))[0]).toBe(code)
    },
  )

  it('is not challenged according to its AAuth-Mission [MISS-4]', async () => {
    const prepare = speaks('mission-header', 'person-token')
    expect((await challenge({ prepare, call: { mission } }))[0]).toBe('person_token_required')
  })

  it('is challenged for a person token when trust excludes its person server, which is not fetched', async () => {
    const trust = { agentProviders: 'any', personServers: ['https://other.example'] } as const
    const [code, , world] = await challenge({ options: { trust }, prepare: speaks('mission-header') })
    expect(code).toBe('person_token_required')
    expect(world.net.fetches.filter(({ url }) => url.includes('ps.example'))).toEqual([])
  })

  it('is challenged for a person token when the trust of the route excludes its person server, which is not fetched', async () => {
    const trust = { agentProviders: 'any', personServers: ['https://other.example'] } as const
    const call = { requirement: { trust } }
    const [code, , world] = await challenge({ prepare: speaks('mission-header'), call })
    expect(code).toBe('person_token_required')
    expect(world.net.fetches.filter(({ url }) => url.includes('ps.example'))).toEqual([])
  })

  it('causes one fetch from its person server for all its agents', async () => {
    const [, , world] = await challenge({ prepare: speaks('mission-header') })
    await world.refusal(await world.agent.agentToken())
    expect(world.net.fetches.filter(({ url }) => url.includes('ps.example/.well-known'))).toHaveLength(1)
  })
})

describe('a resource under several names', () => {
  const options: Partial<ResourceOptions> = { authorities: ['notes.example', 'api.notes.example'] }

  async function codeAt(authority: string, agent: Agent, world: World): Promise<string> {
    const url = `https://${authority}/notes`
    return (await world.refusal(await agent.personToken(), { url })).code
  }

  it('issues resource tokens only when it is called under the name of its issuer [R11-013, RT-1]', async () => {
    const world = await makeWorld({ ...options, signingKey })
    expect([
      await codeAt('notes.example', world.agent, world),
      await codeAt('api.notes.example', world.agent, world),
    ]).toEqual(['auth_token_required', 'access_denied'])
  })

  it('serves a caller with an auth token under the other name', async () => {
    const world = await makeWorld(options)
    const token = await world.agent.authToken({ scope: 'access' })
    expect((await world.call(token, { url: 'https://api.notes.example/notes' })).type).toBe('auth-token')
  })
})
