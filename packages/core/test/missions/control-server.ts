import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorize, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { type MissionSource, missionControl, monitorMissions } from '@aauth-guard/core/missions'
import { makeSigningKey } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, makeKey, TestIssuer, toSignedRequest } from '@aauth-guard/testing'
import { verify } from '@hellocoop/httpsig'
import { onTestFinished, vi } from 'vitest'
import { granted, verdict } from './watched.ts'

export const personServer = 'https://controlled-ps.example'

/** The requests to the person server, and what another implementation says about their signatures. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: IncomingMessage['headers']
  readonly covered: readonly string[]
  /** The resource that signed, or why the signature does not verify. */
  readonly signer: unknown
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object goes as JSON. */
  readonly body?: unknown
}

/** A person server behind a real socket, which a resource asks for the status of missions. */
export interface ControlledWorld extends World {
  readonly asked: Asked[]
  /** A call under the mission, by POST. */
  post(): Promise<string>
  /** How the person server answers from now on. */
  replies(reply: (asked: Asked) => Reply | Promise<Reply>): void
}

export const controlMembers = {
  mission_control_endpoint: `${personServer}/control`,
  mission_control_actions_supported: ['approve', 'status'],
}
export const managementMembers = {
  mission_endpoint: `${personServer}/mission`,
  mission_management_operations_supported: ['status'],
}

/** The date-time of a second, some seconds from now. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString()
}

export const isActive = (): Reply => ({
  body: { mission_s256: s256, mission_status: 'active', fresh_until: inSeconds(20) },
})

/** One key for all, because the other implementation keeps what it fetched. */
const signingKeys = { Ed25519: await makeSigningKey(), ES256: await makeSigningKey('ES256', 'r2') }
const published = await Promise.all(
  Object.values(signingKeys).map(async ({ d: _, ...publicKey }) => publicKey),
)

export async function makeControlled(
  members: Readonly<Record<string, unknown>> = controlMembers,
  options: Partial<ResourceOptions> & {
    readonly source?: MissionSource
    readonly alg?: 'Ed25519' | 'ES256'
  } = {},
): Promise<ControlledWorld> {
  const { source = missionControl(), alg = 'Ed25519', ...others } = options
  const world = await makeWorld({
    missions: monitorMissions({ source, deadline: 2000 }),
    replay: 'off',
    signingKey: signingKeys[alg],
    publishedKeys: published.filter(({ kid }) => kid !== signingKeys[alg].kid),
    ...others,
  })
  // The other implementation reads the system's clock, which stands still: counted seconds must not depend on it.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 1000) * 1000 })
  onTestFinished(() => void vi.useRealTimers())
  world.net.clock.real()
  const issuer = new TestIssuer(
    world.net,
    'person-server',
    personServer,
    await makeKey('controlled', 'key-1', 'Ed25519'),
  )
  const agent = await world.net.agent({ personServer: issuer })
  const asked: Asked[] = []
  let reply: (asked: Asked) => Reply | Promise<Reply> = isActive
  await world.net.listen(async (req, res) => {
    if (req.method === 'GET') return publish(issuer, members, req, res)
    const received = await read(req, world.resource)
    asked.push(received)
    send(res, await reply(received))
  }, personServer)
  return {
    ...world,
    agent,
    asked,
    replies(next) {
      reply = next
    },
    post: () => verdict(postAs(world, agent)),
  }
}

async function postAs({ resource, net }: World, agent: Agent): Promise<unknown> {
  const token = await agent.authToken(granted())
  const message = await agent.sign(`${net.resource}/notes`, { method: 'POST' }, { token })
  return authorize(resource, toSignedRequest(message))
}

/** Its metadata and its keys. */
async function publish(
  issuer: TestIssuer,
  members: Readonly<Record<string, unknown>>,
  { url = '' }: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const response = await issuer.answer(url, undefined)
  if (response.status !== 200) return send(res, { status: 404 })
  const document = (await response.json()) as Record<string, unknown>
  const others = Object.entries(document).filter(([name]) => !name.startsWith('mission_'))
  send(res, {
    body: url.startsWith('/.well-known/') ? { ...Object.fromEntries(others), ...members } : document,
  })
}

async function read(req: IncomingMessage, resource: Resource): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const content = Buffer.concat(chunks)
  const { method = '', url = '', headers } = req
  const [, covered = ''] = /^sig=\(([^)]*)\)/.exec(String(headers['signature-input'])) ?? []
  // It fetches what the resource publishes.
  vi.stubGlobal('fetch', async (asked: string) => {
    const { origin, pathname } = new URL(asked)
    const answer = origin === resource.issuer && (await answerWellKnown(resource, 'GET', pathname))
    return answer ? new Response(answer.body, answer) : new Response('', { status: 404 })
  })
  const {
    verified,
    error,
    jwks_uri: identity,
  } = await verify(
    {
      method,
      authority: headers.host ?? '',
      path: url,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: content,
    },
    { requireContentDigest: true },
  )
  vi.unstubAllGlobals()
  return {
    method,
    path: url,
    body: JSON.parse(content.toString() || 'null'),
    headers,
    covered: covered.split(' ').map((name) => name.replaceAll('"', '')),
    signer: verified ? identity : error,
  }
}

function send(res: ServerResponse, { status = 200, headers, body = '' }: Reply): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
}
