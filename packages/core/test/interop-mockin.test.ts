import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type RequestListener, request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createResource, fetchGuard } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A person server that shares no code with this project: `@hellocoop/mockin`, in a process of its own. */
const mockin = 'https://mockin.example'
const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
const mission = 'TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'
const program = ((): string | undefined => {
  try {
    return fileURLToPath(new URL('src/server.js', import.meta.resolve('@hellocoop/mockin/package.json')))
  } catch {
    return undefined
  }
})()

let server: ChildProcess
let origin: string
beforeAll(async () => {
  if (program === undefined) return
  // It prints the URLs of its metadata from ISSUER, so nothing has to be rewritten on the way.
  const env = { ...process.env, ISSUER: mockin, PORT: '0', IP: '127.0.0.1', NODE_NO_WARNINGS: '1' }
  server = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(server.stdout as NodeJS.ReadableStream)) {
    const [listening] = /http:\/\/127\.0\.0\.1:\d+$/.exec(line) ?? []
    if (listening !== undefined && !line.includes('ISSUER')) {
      origin = listening
      break
    }
  }
}, 30_000)
afterAll(async () => {
  if (program === undefined) return
  const ended = once(server, 'exit')
  server.kill()
  await ended
})

/** Hands on every message as it is; `Host` keeps naming the identifier. */
const tunnel: RequestListener = (req, res) => {
  const { method, url, rawHeaders } = req
  const sent = request(new URL(url ?? '/', origin), { method, headers: rawHeaders as never }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(res)
  })
  sent.on('error', () => res.destroy())
  req.pipe(sent)
}

interface World {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly notes: string
}

/** A resource on a socket, and an agent whose person server is mockin. */
async function makeWorld(olderPresentedJti: readonly string[]): Promise<World> {
  const net = await createTestNetwork()
  const resource = createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: [mockin] },
    scopes,
    defaultScope: 'notes.read',
    olderPresentedJti,
    fetch: net.fetch,
  })
  const reading = fetchGuard(resource, { scope: 'notes.read' })((_request, auth) => Response.json(auth))
  const writing = fetchGuard(resource, { scope: 'notes.write' })((_request, auth) => Response.json(auth))
  const app = (asked: Request) => (asked.url.endsWith('/write') ? writing(asked) : reading(asked))
  await net.listen(getRequestListener(app) as RequestListener)
  await net.listen(tunnel, mockin)
  // It dials https only; what it would find there is preloaded as its own README says.
  const trusted_servers = {
    [net.agentProvider.id]: await published(net, net.agentProvider.id, 'aauth-agent.json'),
    [net.resource]: await published(net, net.resource, 'aauth-resource.json'),
  }
  await fetch(`${origin}/mock`, { method: 'DELETE' })
  await fetch(`${origin}/mock/aauth`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ trusted_servers }),
  })
  // An issuer of another network lends nothing but its identifier.
  const personServer = await (await createTestNetwork()).issuer('person-server', mockin)
  return { net, agent: await net.agent({ personServer }), notes: `${net.resource}/notes` }
}

async function published(net: TestNetwork, id: string, document: string): Promise<object> {
  const metadata = (await (await net.fetch(`${id}/.well-known/${document}`)).json()) as { jwks_uri: string }
  return { metadata, jwks: await (await net.fetch(metadata.jwks_uri)).json() }
}

const title = '@hellocoop/mockin as person server'
const reason = program === undefined ? `${title} (skipped: the package is not installed)` : title
describe.skipIf(program === undefined)(reason, () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld([mockin])
  })
  afterAll(() => world.net.close())

  it('an agent that knows nothing gets from a first refusal to a granted call [CHAL-5, CHAL-6, RT-3, RT-6]', async () => {
    const { response, challenges } = await world.agent.call(world.notes)
    expect([response.status, challenges]).toEqual([200, ['person-token', 'auth-token']])
    expect(await response.json()).toMatchObject({
      type: 'auth-token',
      generation: 'person-token',
      iss: mockin,
      ps: mockin,
      scopes: ['notes.read'],
      thumbprint: world.agent.key.thumbprint,
    })
  })

  it('the mission of the person token arrives in the auth token [RT-6]', async () => {
    const { personToken, redeem } = steps(world)
    const presented = await personToken({ mission_s256: mission })
    const { auth_token: token } = await redeem(await resourceToken(world, presented, 'notes.read'))
    const response = await world.agent.fetch(world.notes, {}, { token: token as string })
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { mission: { approver: mockin, s256: mission } },
    ])
  })

  it('a wider scope is granted on a resource token that names the person token [RT-17]', async () => {
    const { personToken, redeem } = steps(world)
    const asked = await resourceToken(world, await personToken({}), 'notes.read notes.write')
    const { auth_token: token } = await redeem(asked)
    const response = await world.agent.fetch(`${world.notes}/write`, {}, { token: token as string })
    expect(response.status).toBe(200)
  })

  it('a step-up is not: it names the auth token, and mockin looks among its person tokens', async () => {
    const { token } = await world.agent.call(world.notes)
    const refused = await steps(world).redeem(await challenged(world, token))
    expect(refused).toMatchObject({ status: 400, error: 'invalid_resource_token' })
    expect(refused.detail).toContain('names no person token')
  })
})

describe.skipIf(program === undefined)(`${reason}, without olderPresentedJti`, () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld([])
  })
  afterAll(() => world.net.close())

  it('refuses the resource token, which names the presented token as draft 11 has it', async () => {
    const { personToken, redeem } = steps(world)
    const refused = await redeem(await resourceToken(world, await personToken({}), 'notes.read'))
    expect(refused).toMatchObject({
      status: 400,
      error: 'invalid_resource_token',
      detail: 'resource_token missing person_token_jti',
    })
  })
})

/** The resource token of the refusal where `token` does not grant enough. */
async function challenged({ agent, notes }: World, token: string): Promise<string> {
  const { headers } = await agent.fetch(`${notes}/write`, {}, { token })
  return /resource-token="([^"]+)"/.exec(headers.get('aauth-requirement') ?? '')?.[1] ?? ''
}

async function resourceToken({ net, agent }: World, token: string, scope: string): Promise<string> {
  const asking = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scope }),
  }
  const answer = await agent.fetch(`${net.resource}/aauth/authorize`, asking, { token })
  return ((await answer.json()) as { resource_token: string }).resource_token
}

function steps({ net, agent }: World) {
  const ask = async (path: string, content: object): Promise<Record<string, unknown>> => {
    const body = JSON.stringify(content)
    const asking = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const token = await agent.agentToken()
    const answer = await agent.fetch(`${mockin}/aauth/token/${path}`, asking, { token, digest: true })
    return { status: answer.status, ...((await answer.json()) as Record<string, unknown>) }
  }
  return {
    personToken: async (more: object) =>
      (await ask('person', { resource: net.resource, ...more })).person_token as string,
    redeem: (given: string) => ask('auth', { resource_token: given }),
  }
}
