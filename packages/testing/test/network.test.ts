import { createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'

let net: TestNetwork
beforeEach(async () => {
  net = await createTestNetwork({ now: 1_790_000_000, seed: 'network' })
})

const others = [
  'revocation_endpoint',
  'mission_endpoint',
  'mission_control_endpoint',
  'mission_control_actions_supported',
]

describe('issuers', () => {
  it.each([
    [
      'https://agent.example/.well-known/aauth-agent.json',
      { issuer: 'https://agent.example', jwks_uri: 'https://agent.example/jwks.json' },
    ],
    [
      'https://as.example/.well-known/aauth-access.json',
      {
        issuer: 'https://as.example',
        jwks_uri: 'https://as.example/jwks.json',
        token_endpoint: 'https://as.example/token',
        auth_token_endpoint: 'https://as.example/auth-token',
        revocation_endpoint: 'https://as.example/revoke',
      },
    ],
  ])('publish the metadata of their role: %s', async (url, metadata) => {
    expect(await (await net.fetch(url)).json()).toEqual(metadata)
  })

  it.each([
    ['mission-header', ['token_endpoint']],
    ['person-token', ['auth_token_endpoint', 'person_token_endpoint']],
  ] as const)('announce only the endpoints of %s when configured', async (generation, endpoints) => {
    net.personServer.generations = [generation]
    const metadata = await (await net.fetch('https://ps.example/.well-known/aauth-person.json')).json()
    expect(Object.keys(metadata as object)).toEqual(['issuer', 'jwks_uri', ...endpoints, ...others])
  })

  it.each([
    'https://agent.example/.well-known/aauth-person.json',
    'https://agent.example/',
    'https://ps.example/person-token',
  ])('serve nothing else: %s', async (url) => {
    expect((await net.fetch(url)).status).toBe(404)
  })

  it.each([
    'https://nobody.example/jwks.json',
    'http://agent.example/jwks.json',
    'https://agent.example:8443/jwks.json',
  ])('are unreachable at %s', async (url) => {
    await expect(net.fetch(url)).rejects.toThrow(new TypeError('fetch failed'))
  })

  it.each([
    'https://agent.example/jwks.json?x=1',
    'https://agent.example/nowhere',
    'https://ps.example/.well-known/aauth-person.json',
  ])('answer under the requested URL: %s', async (url) => {
    expect((await net.fetch(url)).url).toBe(url)
    const { fetch } = await net.serveIssuers()
    const dialled = [(await fetch(url)).url, (await net.fetch(url)).url]
    await net.close()
    expect(dialled).toEqual([url, url])
  })

  it('of several roles on one origin publish one document each and one key set', async () => {
    await net.issuer('access-server', 'https://ps.example')
    const statuses = await Promise.all(
      ['.well-known/aauth-person.json', '.well-known/aauth-access.json', 'jwks.json'].map(
        async (path) => (await net.fetch(`https://ps.example/${path}`)).status,
      ),
    )
    expect(statuses).toEqual([200, 200, 200])
  })

  it('log every fetch in order, even one that fails', async () => {
    await net.fetch('https://agent.example/jwks.json?x')
    net.clock.advance(1)
    await net.fetch('https://nobody.example/').catch(() => undefined)
    expect(net.fetches).toEqual([
      { url: 'https://agent.example/jwks.json?x', at: 1_790_000_000 },
      { url: 'https://nobody.example/', at: 1_790_000_001 },
    ])
  })
})

describe('an app', () => {
  it('answers under the requested URL, whether it is fetched or called by an agent', async () => {
    await net.listen((_req, res) => void res.end())
    const url = 'https://notes.example/a//b?c=%2F'
    const agent = await net.agent()
    const called = await agent.fetch(url, {}, { token: await agent.agentToken() })
    const urls = [(await net.fetch(url)).url, called.url]
    await net.close()
    expect(urls).toEqual([url, url])
  })

  it('can share its origin with its own agent provider', async () => {
    await net.listen((_req, res) => void res.end('the app'))
    await net.issuer('agent-provider', net.resource)
    const [own, app] = await Promise.all([
      net.fetch(`${net.resource}/.well-known/aauth-agent.json`).then((response) => response.json()),
      net.fetch(`${net.resource}/.well-known/aauth-resource.json`).then((response) => response.text()),
    ])
    await net.close()
    expect([own, app]).toMatchObject([{ issuer: net.resource }, 'the app'])
  })
})

describe('agents', () => {
  it('have the person server of the network unless another or none is given', async () => {
    const other = await net.issuer('person-server', 'https://other-ps.example')
    const [usual, moved, alone] = await Promise.all([
      net.agent(),
      net.agent({ personServer: other }),
      net.agent({ personServer: null }),
    ])
    expect([usual.personServer, moved.personServer, alone.personServer]).toEqual([
      net.personServer,
      other,
      undefined,
    ])
  })

  it('have the host of their provider in their identifier', async () => {
    const provider = await net.issuer('agent-provider', 'https://agents.example:8443')
    expect((await net.agent({ provider, name: 'p' })).id).toBe('aauth:p@agents.example:8443')
  })
})

describe('a network', () => {
  it('issues tokens for the resource it was made for', async () => {
    const other = await createTestNetwork({ resource: 'https://files.example' })
    expect(other.resource).toBe('https://files.example')
    expect(decodeJwt(await (await other.agent()).personToken()).aud).toBe('https://files.example')
  })
})
