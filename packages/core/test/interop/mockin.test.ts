import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type RequestListener, request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createResource } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { type Agent, type CallOutcome, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A person server that shares no code with this project: `@hellocoop/mockin`, in a process of its own. */
const mockin = 'https://mockin.example'
const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
const program = ((): string | undefined => {
  try {
    return fileURLToPath(new URL('src/server.js', import.meta.resolve('@hellocoop/mockin/package.json')))
  } catch {
    return undefined
  }
})()

let server: ChildProcess | undefined
let origin = ''
beforeAll(async () => {
  if (program === undefined) return
  // Its metadata names its URLs under ISSUER.
  const env = { ...process.env, ISSUER: mockin, PORT: '0', IP: '127.0.0.1', NODE_NO_WARNINGS: '1' }
  server = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(server.stdout as NodeJS.ReadableStream)) {
    origin = /listening on (\S+)$/.exec(line)?.[1] ?? ''
    if (origin !== '') break
  }
}, 30_000)
afterAll(async () => {
  if (server?.kill()) await once(server, 'exit')
})

/** Passes on every message unchanged; `Host` keeps naming the identifier. */
const tunnel: RequestListener = (req, res) => {
  const { method, url, rawHeaders } = req
  const sent = request(new URL(url ?? '/', origin), { method, headers: rawHeaders as never }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(res)
  })
  req.pipe(sent).on('error', () => res.destroy())
}

interface World {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly notes: string
}

/** A resource on a socket, and an agent whose person server is mockin. */
async function makeWorld(legacyPersonTokenJti: 'never' | readonly string[]): Promise<World> {
  const net = await createTestNetwork()
  const resource = createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: [mockin] },
    scopes,
    defaultScope: 'notes.read',
    legacyPersonTokenJti,
    fetch: net.fetch,
  })
  const guarded = (scope: string) => fetchGuard(resource, { scope })((_, auth) => Response.json(auth))
  const [reading, writing] = [guarded('notes.read'), guarded('notes.write')]
  const app = (asked: Request) => (asked.url.endsWith('/write') ? writing(asked) : reading(asked))
  await net.listen(getRequestListener(app) as RequestListener)
  await net.listen(tunnel, mockin)
  // It dials https only, so its documents are preloaded as its own README says.
  const trusted_servers = {
    [net.agentProvider.id]: await published(net, net.agentProvider.id, 'aauth-agent.json'),
    [net.resource]: await published(net, net.resource, 'aauth-resource.json'),
  }
  await fetch(`${origin}/mock`, { method: 'DELETE' })
  await configure({ trusted_servers })
  // An issuer of another network, of which only the identifier is used.
  const personServer = await (await createTestNetwork()).issuer('person-server', mockin)
  return { net, agent: await net.agent({ personServer }), notes: `${net.resource}/notes` }
}

async function configure(settings: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch(`${origin}/mock/aauth`, { method: 'PUT', headers, body: JSON.stringify(settings) })
}

async function published(net: TestNetwork, id: string, document: string): Promise<object> {
  const metadata = (await (await net.fetch(`${id}/.well-known/${document}`)).json()) as { jwks_uri: string }
  return { metadata, jwks: await (await net.fetch(metadata.jwks_uri)).json() }
}

const skipped = program === undefined ? ' (skipped: the package is not installed)' : ''
const title = `@hellocoop/mockin as person server${skipped}`
describe.skipIf(program === undefined)(title, () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld([mockin])
  })
  afterAll(() => world.net.close())

  it('an agent that knows nothing about the resource gets from a refusal to a granted call [CHAL-5, CHAL-6, RT-3, RT-6]', async () => {
    const { agent, notes } = world
    const refused = await agent.fetch(notes, {}, { token: await agent.agentToken() })
    expect(refused.headers.get('aauth-requirement')).toBe('requirement=person-token')
    const { response, challenges } = await granted(world)
    expect([response.status, challenges]).toEqual([200, ['auth-token']])
    expect(await response.json()).toMatchObject({
      generation: 'person-token',
      iss: mockin,
      ps: mockin,
      scopes: ['notes.read'],
      thumbprint: agent.key.thumbprint,
    })
  })

  it('the auth token carries the mission of the person token [RT-6]', async () => {
    const presented = await personToken(world, { mission_s256: mission })
    const { auth_token: token } = await redeem(world, await resourceToken(world, presented, 'notes.read'))
    const response = await world.agent.fetch(world.notes, {}, { token: token as string })
    expect(await response.json()).toMatchObject({ mission: { approver: mockin, s256: mission } })
  })

  it('a wider scope is granted for a resource token that names the person token [RT-17]', async () => {
    const asked = await resourceToken(world, await personToken(world), 'notes.read notes.write')
    const { auth_token: token } = await redeem(world, asked)
    const { status } = await world.agent.fetch(`${world.notes}/write`, {}, { token: token as string })
    expect(status).toBe(200)
  })

  it('an agent whose auth token grants too little is challenged for its person token [CHAL-7, RT-6]', async () => {
    const { token } = await granted(world)
    const narrow = await world.agent.fetch(`${world.notes}/write`, {}, { token })
    expect(narrow.headers.get('aauth-requirement')).toBe('requirement=person-token')
    const asked = await challenged(world, await personToken(world))
    const { auth_token: wider } = await redeem(world, asked)
    const { status } = await world.agent.fetch(`${world.notes}/write`, {}, { token: wider as string })
    expect(status).toBe(200)
  })
})

describe.skipIf(program === undefined)(`${title}, with legacyPersonTokenJti: 'never'`, () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld('never')
  })
  afterAll(() => world.net.close())

  it('refuses the resource token, which names the presented token as draft 11 does', async () => {
    const refused = await redeem(world, await resourceToken(world, await personToken(world), 'notes.read'))
    expect(refused).toMatchObject({
      status: 400,
      error: 'invalid_resource_token',
      detail: 'resource_token missing person_token_jti',
    })
  })
})

/**
 * A call with a person token of mockin, which goes on to an auth token and checks what it is given. Mockin does not
 * end its auth tokens with the token that was presented, so they are made to live shorter.
 */
async function granted(world: World): Promise<CallOutcome> {
  await configure({ token_lifetime: 3600 })
  const token = await personToken(world)
  await configure({ token_lifetime: 1800 })
  return world.agent.call(world.notes, {}, { token })
}

/** The resource token of the refusal where `token` does not grant enough. */
async function challenged({ agent, notes }: World, token: string): Promise<string> {
  const { headers } = await agent.fetch(`${notes}/write`, {}, { token })
  return /resource-token="([^"]+)"/.exec(headers.get('aauth-requirement') ?? '')?.[1] ?? ''
}

async function resourceToken(world: World, token: string, scope: string): Promise<string> {
  const answer = await post(world, `${world.net.resource}/aauth/authorize`, { scope }, token)
  return answer.resource_token as string
}

async function personToken(world: World, more: object = {}): Promise<string> {
  const asked = { resource: world.net.resource, ...more }
  const answer = await post(world, `${mockin}/aauth/token/person`, asked, await world.agent.agentToken())
  return answer.person_token as string
}

async function redeem(world: World, token: string): Promise<Record<string, unknown>> {
  const asked = { resource_token: token }
  return post(world, `${mockin}/aauth/token/auth`, asked, await world.agent.agentToken())
}

async function post(
  { agent }: World,
  url: string,
  content: object,
  token: string,
): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' }
  const asking = { method: 'POST', headers, body: JSON.stringify(content) }
  const answer = await agent.fetch(url, asking, { token, digest: true })
  return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) }
}
