import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { type Agent, createTestNetwork, dial, type TestNetwork } from '@aauth-guard/testing'
import express, { type Express } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { getAuth, protect, requireGrant, wellKnown } from '../src/index.ts'

const url = 'https://notes.example/notes'
const reading = { scope: 'notes.read' } as const

interface Played {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly at: string
  token(): Promise<string>
}

/** Everything that a developer is shown: the error at start, the hints of refusals, the log and what handlers threw. */
async function shown(
  options: Record<string, unknown>,
  build: (app: Express, resource: Resource) => void,
  play?: (played: Played) => Promise<unknown>,
): Promise<string> {
  const texts: string[] = []
  const net = await createTestNetwork({ resource: 'https://notes.example' })
  onTestFinished(() => net.close())
  const warn = vi.spyOn(console, 'warn').mockImplementation((text) => void texts.push(String(text)))
  onTestFinished(() => warn.mockRestore())
  const app = express()
  try {
    const resource = createResource({
      issuer: net.resource,
      trust: 'any',
      scopes: { 'notes.read': 'Read your notes' },
      fetch: net.fetch,
      now: net.clock.now,
      onDecision: ({ code, hint }) => code !== undefined && texts.push(`${code}: ${hint}`),
      ...options,
    } as ResourceOptions)
    build(app, resource)
  } catch (error) {
    return String(error)
  }
  app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    texts.push(String(error))
    res.status(500).end()
  })
  const { url: at } = await net.listen(app)
  const agent = await net.agent()
  const token = (): Promise<string> => agent.authToken({ scope: 'notes.read' })
  await (play ?? (async () => agent.fetch(url, {}, { token: await token() })))({ net, agent, at, token })
  return texts.join('\n')
}

const guarded = (app: Express, resource: Resource): void => {
  app.get('/notes', protect(resource, reading), (_req, res) => void res.end())
}
const handling =
  (handler: (req: express.Request) => unknown) =>
  (app: Express, resource: Resource): void => {
    app.get('/notes', protect(resource, reading), (req, res) => void res.json(handler(req)))
  }

type Row = readonly [mistake: string, options: Record<string, unknown>, shows: string, remedy: string]

describe('a mistake in the options is refused at start', () => {
  it.each<Row>([
    [
      'a slash behind the issuer',
      { issuer: 'https://notes.example/' },
      '"issuer" is "https://notes.example/"',
      'remove the trailing slash',
    ],
    [
      'a slash behind a trusted server',
      { trust: { personServers: ['https://ps.example/'] } },
      '"trust.personServers" contains "https://ps.example/"',
      'remove the trailing slash',
    ],
    ['trust of everybody as *', { trust: '*' }, '"trust" is "*"', "write 'any'"],
    [
      'trust as a list',
      { trust: ['https://ps.example'] },
      '"trust" is a list',
      "write 'any', or say whom you trust as what",
    ],
    [
      'a role misspelt',
      { trust: { agentProvider: 'any' } },
      '"agentProvider" is not an option of "trust"',
      'did you mean "agentProviders"?',
    ],
    [
      'scopes as a list',
      { scopes: ['notes.read'] },
      '"scopes" is a list',
      "such as { 'notes.read': 'Read your notes' }",
    ],
    ['a clock in milliseconds', { now: Date.now }, '"now" returned', 'divide Date.now() by 1000'],
    [
      'an unknown option',
      { trustt: 'any' },
      '"trustt" is not an option of createResource',
      'did you mean "trust"?',
    ],
    [
      'several scopes and none by default',
      { scopes: { a: 'A', b: 'B' } },
      '"scope" of a route is missing',
      'set "defaultScope"',
    ],
  ])('and names its remedy: %s', async (_, options, shows, remedy) => {
    const build = (app: Express, resource: Resource) =>
      void app.get('/notes', 'scopes' in options ? protect(resource) : protect(resource, reading))
    const text = await shown(options, build)
    expect([
      text.startsWith(`TypeError: ${shows}`),
      text.includes(`: ${remedy}`) || text.includes(remedy),
    ]).toEqual([true, true])
  })
})

type Built = readonly [mistake: string, build: (app: Express, resource: Resource) => void, remedy: string]

describe('a mistake in the app', () => {
  it.each<Built>([
    [
      'swapped arguments',
      (_, resource) => void protect(reading as never, resource as never),
      'write protect(resource, requirement)',
    ],
    [
      'options for a resource',
      () => void protect({ issuer: 'https://notes.example', trust: 'any' } as never),
      'pass createResource(options)',
    ],
    [
      'a guard that is not called',
      (app) => void app.get('/notes', protect as never),
      'write protect(resource)',
    ],
    [
      'a handler without a guard',
      (app) => void app.get('/notes', (req, res) => void res.json(getAuth(req, 'auth-token'))),
      'put protect(resource) before this handler',
    ],
    [
      'a grant without a guard',
      (app) =>
        void app.get(
          '/notes',
          requireGrant(() => undefined),
        ),
      'put protect(resource) before requireGrant',
    ],
    [
      'another kind than the route accepts',
      handling((req) => getAuth(req, 'agent-token')),
      'ask for a kind that "accept" of the route names',
    ],
    [
      'no kind',
      handling((req) => getAuth(req, undefined as never)),
      'ask for a kind that "accept" of the route names',
    ],
    [
      'a check that throws',
      (app, resource) =>
        void app.get(
          '/notes',
          protect(resource, {
            ...reading,
            check: () => {
              throw new Error('db down')
            },
          }),
        ),
      '"check" threw "Error: db down": mend it, or return false',
    ],
    [
      'a check that returns a record',
      (app, resource) =>
        void app.get('/notes', protect(resource, { ...reading, check: (() => ({ id: 1 })) as never })),
      '"check" returned an object: return true',
    ],
  ])('shows its remedy: %s', async (_, build, remedy) => {
    expect(await shown({}, build)).toContain(remedy)
  })
})

type Sent = readonly [
  mistake: string,
  options: Record<string, unknown>,
  play: ((played: Played) => Promise<unknown>) | undefined,
  remedy: string,
]

describe('a request that is refused for a mistake around it', () => {
  it.each<Sent>([
    [
      'another issuer',
      { issuer: 'https://note.example', authorities: ['notes.example'] },
      undefined,
      '"aud" is "https://notes.example", and this resource is "https://note.example"',
    ],
    [
      'an issuer nobody trusts',
      { trust: { agentProviders: 'any' } },
      undefined,
      'list it in "trust.personServers"',
    ],
    [
      'a proxy that removes a prefix',
      {},
      async ({ agent, at, token }) =>
        dial(at, {
          ...(await agent.sign('https://notes.example/api/notes', {}, { token: await token() })),
          target: '/notes',
        }),
      'path "/notes": if agents call another host, list it in "authorities"; if a proxy removes a prefix from the path, name it in "strippedPrefix"',
    ],
    [
      'a bearer token',
      {},
      ({ at }) => fetch(`${at}/notes`, { headers: { authorization: 'Bearer secret-token' } }),
      'send the token in Signature-Key and sign the request',
    ],
    [
      'a CORS preflight',
      {},
      ({ at }) =>
        fetch(`${at}/all`, {
          method: 'OPTIONS',
          headers: { origin: 'https://x.example', 'access-control-request-method': 'GET' },
        }),
      'set "cors" to true',
    ],
    [
      'guarded metadata',
      {},
      ({ at }) => fetch(`${at}/.well-known/aauth-resource.json`),
      'mount wellKnown(resource) before the guards',
    ],
    [
      'a token without a signature',
      {},
      async ({ at, token }) =>
        fetch(`${at}/notes`, { headers: { 'signature-key': `sig=jwt;jwt="${await token()}"` } }),
      'send all three signature fields',
    ],
    [
      'a signature in base64url',
      {},
      ({ at }) =>
        fetch(`${at}/notes`, {
          headers: {
            'signature-input': 'sig=("@method");created=1',
            signature: 'sig=:-_AA:',
            'signature-key': 'sig=jwt;jwt="x"',
          },
        }),
      'write it in base64',
    ],
    [
      'resource tokens without routes',
      {},
      async ({ agent }) => agent.fetch(url, {}, { token: await agent.personToken() }),
      'mount wellKnown() with the same resource at the root of the app',
    ],
    [
      'no key of its own',
      {},
      async ({ agent }) => agent.fetch(url, {}, { token: await agent.personToken() }),
      'pass a private JWK with "kid" and "alg"',
    ],
  ])('shows its remedy: %s', async (_, options, play, remedy) => {
    const build = (app: Express, resource: Resource): void => {
      guarded(app, resource)
      app.use(protect(resource, reading))
      app.use(wellKnown(resource))
    }
    const text = await shown(options, build, play)
    expect(text).toContain(remedy)
    expect(text).not.toContain('secret-token')
  })
})
