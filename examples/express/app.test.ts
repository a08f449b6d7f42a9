import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type Generation,
  type Grant,
  type SignOptions,
} from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { notesApi, options } from './app.ts'

const mission = 'TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'
const note: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"milk"}',
}

async function serveNotes() {
  const net = await createTestNetwork({ resource: options.issuer })
  const { fetch, clock } = net
  const { url: via } = await net.listen(notesApi(createResource({ ...options, fetch, now: clock.now })))
  onTestFinished(() => net.close())
  const agent = await net.agent()
  /** Calls the API with a token. */
  const call = (token: string, path: string, request: AgentRequest = {}, how: Partial<SignOptions> = {}) =>
    agent.fetch(`${options.issuer}${path}`, request, { token, via, ...how })
  return { net, agent, via, call }
}

it('the API publishes its metadata', async () => {
  const { via } = await serveNotes()
  const metadata = await (await fetch(`${via}/.well-known/aauth-resource.json`)).json()
  expect(metadata).toMatchObject({ issuer: options.issuer, scope_descriptions: options.scopes })
})

describe.each<Generation>(['person-token', 'mission-header'])(
  'with auth tokens of the %s generation',
  (generation) => {
    const grant = (agent: Agent, more: Grant = {}): Promise<string> =>
      agent.authToken({ generation, scope: 'notes.read notes.write', ...more })

    it('the API keeps the notes of a person', async () => {
      const { agent, call } = await serveNotes()
      const token = await grant(agent)
      const added = await call(token, '/notes', note, { digest: true })
      const read = await call(token, '/notes')
      expect([added.status, read.status, await read.json()]).toEqual([201, 200, ['milk']])
    })

    it('the API keeps two people apart whose person servers give them the same "sub"', async () => {
      const { net, agent, call } = await serveNotes()
      await call(await grant(agent), '/notes', note, { digest: true })
      const other = await net.issuer('person-server', 'https://other-ps.example')
      const unlisted = await other.authToken(agent, { generation, scope: 'notes.read' })
      expect(await (await call(unlisted, '/notes')).json()).toEqual([])
    })

    it('the API challenges for a scope that was not granted', async () => {
      const { agent, call } = await serveNotes()
      const token = await grant(agent, { scope: 'notes.read' })
      const response = await call(token, '/notes', note, { digest: true })
      expect([response.status, response.headers.get('aauth-requirement')]).toEqual([
        401,
        expect.stringMatching(/^requirement=auth-token;resource-token="/),
      ])
    })

    it('the API refuses a note that the signature does not cover', async () => {
      const { agent, call } = await serveNotes()
      const response = await call(await grant(agent), '/notes', note)
      expect(response.headers.get('signature-error')).toMatch(
        /^error=invalid_input, required_input=\(.*"content-digest"/,
      )
    })

    it('the API deletes only within a mission', async () => {
      const { agent, call } = await serveNotes()
      const without = await call(await grant(agent), '/notes', { method: 'DELETE' })
      const within = await call(await grant(agent, { mission }), '/notes', { method: 'DELETE' })
      expect([without.status, await without.json(), within.status]).toEqual([
        403,
        expect.objectContaining({ error: 'mission_required' }),
        204,
      ])
    })
  },
)

it('the API refuses a note that was changed on the way', async () => {
  const { agent, via } = await serveNotes()
  const token = await agent.authToken({ scope: 'notes.write' })
  const message = await agent.sign(`${options.issuer}/notes`, note, { token, digest: true })
  const headers = message.headers.map(([name, value]): [string, string] => [name, value])
  const response = await fetch(`${via}/notes`, { method: 'POST', headers, body: '{"text":"wine"}' })
  expect([
    response.status,
    response.headers.get('content-type'),
    response.headers.get('signature-error'),
  ]).toEqual([401, 'application/problem+json', 'error=invalid_signature'])
})

it('the API refuses a note without a text', async () => {
  const { agent, call } = await serveNotes()
  const token = await agent.authToken({ scope: 'notes.write' })
  expect((await call(token, '/notes', { ...note, body: '{}' }, { digest: true })).status).toBe(400)
})

it('the API keeps no notes for an auth token that does not name a person', async () => {
  const { agent, call } = await serveNotes()
  const token = await agent.authToken({
    generation: 'mission-header',
    scope: 'notes.read',
    claims: { sub: undefined },
  })
  expect((await call(token, '/notes')).status).toBe(403)
})

it('the API tells an agent who it is', async () => {
  const { agent, call } = await serveNotes()
  const response = await call(await agent.agentToken(), '/whoami')
  expect(await response.json()).toEqual({ agent: agent.id, provider: 'https://agent.example' })
})

it('the API tells an agent for whom it acts', async () => {
  const { agent, call } = await serveNotes()
  const response = await call(await agent.personToken({ sub: 'person-7' }), '/me')
  expect(await response.json()).toEqual({ person: '["person-token","https://ps.example","person-7"]' })
})

it('the API runs as a program', async () => {
  const program = spawn(process.execPath, [resolve(import.meta.dirname, 'app.ts')], {
    env: { ...process.env, PORT: '0' },
  })
  onTestFinished(() => {
    program.kill()
  })
  const [line] = (await once(program.stdout, 'data')) as [Buffer]
  expect((await fetch(`${line.toString().trim()}/notes`)).status).toBe(401)
})
