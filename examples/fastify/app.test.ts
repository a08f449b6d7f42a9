import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import { type AgentRequest, createTestNetwork, type SignOptions } from '@aauth-guard/testing'
import { expect, it, onTestFinished } from 'vitest'
import { notesApi, options } from './app.ts'

async function openNotes() {
  const net = await createTestNetwork({ resource: options.issuer })
  onTestFinished(() => net.close())
  const app = await notesApi(createResource({ ...options, fetch: net.fetch, now: net.clock.now }))
  await app.ready()
  await net.listen((request, response) => app.routing(request, response))
  const agent = await net.agent()
  /** Calls the API over a socket. */
  const call = (path: string, token: string, request: AgentRequest = {}, how: Partial<SignOptions> = {}) =>
    agent.fetch(`${options.issuer}${path}`, request, { ...how, token })
  return { net, agent, call }
}

const note = (body: string): AgentRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
})

it.each(['person-token', 'mission-header'] as const)('keeps notes for callers of %s', async (generation) => {
  const { agent, call } = await openNotes()
  const token = await agent.authToken({ generation, scope: 'notes.read notes.write' })
  expect((await call('/notes', token, note('{"text":"milk"}'), { digest: true })).status).toBe(201)
  expect(await (await call('/notes', token)).json()).toEqual(['milk'])
})

it('deletes only within a mission', async () => {
  const { agent, call } = await openNotes()
  const mission = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const without = await call('/notes', await agent.authToken({ scope: 'notes.write' }), { method: 'DELETE' })
  const within = await call('/notes', await agent.authToken({ scope: 'notes.write', mission }), {
    method: 'DELETE',
  })
  expect([without.status, within.status]).toEqual([403, 204])
})

it("tells an agent, and a person's agent, who they are", async () => {
  const { agent, call } = await openNotes()
  expect(await (await call('/whoami', await agent.agentToken())).json()).toEqual({
    agent: 'aauth:planner@agent.example',
    provider: 'https://agent.example',
  })
  expect(await (await call('/me', await agent.personToken())).json()).toEqual({
    person: '["person-token","https://ps.example","person-1"]',
  })
})

it('tells everybody what it is', async () => {
  const { net } = await openNotes()
  const response = await fetch(`${net.servedAt('notes.example')}/about`)
  expect([response.status, await response.json()]).toEqual([
    200,
    { notes: 'of people, kept for their agents' },
  ])
})

it('refuses a note without a digest, and one without a text', async () => {
  const { agent, call } = await openNotes()
  const token = await agent.authToken({ scope: 'notes.write' })
  const unsigned = await call('/notes', token, note('{"text":"milk"}'))
  const empty = await call('/notes', token, note('{}'), { digest: true })
  expect([unsigned.status, empty.status]).toEqual([401, 400])
  expect(unsigned.headers.get('signature-error')).toMatch(/^error=invalid_input/)
})

it('runs as a program', async () => {
  const program = spawn(process.execPath, [resolve(import.meta.dirname, 'app.ts')], {
    env: { ...process.env, PORT: '0' },
  })
  onTestFinished(() => {
    program.kill()
  })
  const [line] = (await once(program.stdout, 'data')) as [Buffer]
  expect((await fetch(`${line.toString().trim()}/notes`)).status).toBe(401)
})
