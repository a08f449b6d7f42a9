import { timingSafeEqual } from 'node:crypto'
import { isLoopback } from '@aauth-guard/core/dev'
import type { TestKey } from '@aauth-guard/testing'
import type { JWK } from 'jose'
import type { ControlCalls } from './control-client.ts'
import { decideFor } from './person-actions.ts'
import type { World } from './world.ts'

type Name = keyof ControlCalls
type Body = Readonly<Record<string, unknown>>

const maxContent = 65_536

/** What commands on this machine may ask, each a POST of JSON to `/control/NAME` with the secret of the world. */
export async function answerControl(world: World, secret: string, request: Request): Promise<Response> {
  if (!isSecret(request.headers.get('authorization'), secret))
    return refuse(401, 'the secret is wrong or missing')
  // A browser sends one of these; the commands do not.
  if (request.headers.has('origin') || request.headers.has('sec-fetch-site'))
    return refuse(403, 'not for browsers')
  const name = new URL(request.url).pathname.slice('/control/'.length)
  const call = Object.hasOwn(calls, name) ? calls[name as Name] : undefined
  if (call === undefined || request.method !== 'POST') return refuse(404, 'there is no such call')
  const text = await request.text()
  try {
    if (text.length > maxContent) throw new TypeError('the content is too long')
    return Response.json(await call(world, JSON.parse(text) as Body), {
      headers: { 'cache-control': 'no-store' },
    })
  } catch (error) {
    return refuse(400, error instanceof Error ? error.message : String(error))
  }
}

const calls: Readonly<Record<Name, (world: World, body: Body) => Promise<ControlCalls[Name]['gets']>>> = {
  agent: async ({ agentProvider, personServer }, { name, jwk }) => {
    if (typeof name !== 'string' || !/^[A-Za-z0-9._+-]{1,64}$/.test(name))
      throw new TypeError('"name" is not the name of an agent: use letters, digits and . _ + -')
    const agent = `aauth:${name}@${new URL(agentProvider.id).host}`
    const holder = { id: agent, key: publicOnly(jwk), personServer: { id: personServer.id } }
    const token = await agentProvider.agentToken(holder)
    return { agent, agent_token: token, person_server: personServer.id }
  },
  app: async (world, { origin }) => {
    if (!isLoopback(origin)) throw new TypeError('"origin" is not http://localhost:PORT')
    world.allowApp(origin)
    return {}
  },
  decision: async (world, { code, decision, scopes }) => {
    const { missions } = world.personServer
    if (typeof code !== 'string') throw new TypeError('"code" is missing')
    if (decision !== 'approve' && decision !== 'deny')
      throw new TypeError('"decision" is neither approve nor deny')
    const asked = missions.waiting.find((one) => one.code === code)
    const person = asked?.consent?.person ?? (world.persons[0] as string)
    const granted = Array.isArray(scopes) ? { scopes: scopes.map(String) } : {}
    await decideFor(world, person, { code, decision, ...granted })
    return {}
  },
  mission: async (world, { agent, description }) => {
    if (typeof agent !== 'string' || typeof description !== 'string' || description === '')
      throw new TypeError('"agent" or "description" is missing')
    const { personServer, persons } = world
    const { s256 } = await personServer.missions.begin(agent, { description }, persons[0])
    return { approver: personServer.id, s256 }
  },
}

function isSecret(field: string | null, secret: string): boolean {
  const given = Buffer.from(field ?? '')
  const expected = Buffer.from(`Bearer ${secret}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The key of an agent, of which only the public half is here. */
function publicOnly(given: unknown): TestKey {
  const { kty, crv, x, y, alg } = (typeof given === 'object' && given !== null ? given : {}) as JWK
  if (typeof kty !== 'string' || typeof x !== 'string') throw new TypeError('"jwk" is not a public key')
  const jwk = { kty, crv, x, ...(y !== undefined && { y }), alg } as JWK
  const sign = () => Promise.reject(new Error('the agent signs itself'))
  return { alg: alg === 'ES256' ? 'ES256' : 'Ed25519', kid: 'agent', jwk, thumbprint: '', sign }
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } })
}
