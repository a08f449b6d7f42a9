import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import { type AgentRequest, createTestNetwork, type SignOptions, toRequest } from '@aauth-guard/testing'
import { expect, it, onTestFinished } from 'vitest'
import { notesApi, options } from './app.ts'

// What the notes do over sockets, on Node and everywhere else, is in packages/runtimes/checks/notes.ts.

async function openNotes() {
  const net = await createTestNetwork({ resource: options.issuer })
  const { fetch, clock } = net
  const trust = { agentProviders: 'any', personServers: 'any' } as const
  const app = notesApi(createResource({ ...options, trust, fetch, now: clock.now }))
  const agent = await net.agent()
  /** Calls the API with a token. */
  const call = async (token: string, request: AgentRequest = {}, how: Partial<SignOptions> = {}) =>
    app.fetch(toRequest(await agent.sign(`${options.issuer}/notes`, request, { ...how, token })))
  return { net, agent, call }
}

const note = (body: string): AgentRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
})

it('the API keeps two people apart whose person servers give them the same "sub"', async () => {
  const { net, agent, call } = await openNotes()
  const token = await agent.authToken({ scope: 'notes.read notes.write' })
  const other = await net.issuer('person-server', 'https://other-ps.example')
  expect((await call(token, note('{"text":"milk"}'), { digest: true })).status).toBe(201)
  expect(await (await call(token)).json()).toEqual(['milk'])
  expect(await (await call(await other.authToken(agent, { scope: 'notes.read' }))).json()).toEqual([])
})

it.each(['{}', 'null', '{"text":'])('the API refuses the note %s, which has no text', async (body) => {
  const { agent, call } = await openNotes()
  const token = await agent.authToken({ scope: 'notes.write' })
  expect((await call(token, note(body), { digest: true })).status).toBe(400)
})

it('the API keeps no notes for an auth token that does not name a person', async () => {
  const { agent, call } = await openNotes()
  const claims = { sub: undefined }
  const token = await agent.authToken({ generation: 'mission-header', scope: 'notes.read', claims })
  expect((await call(token)).status).toBe(403)
})

it('the API runs as a program', async () => {
  const program = spawn(process.execPath, [resolve(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, PORT: '0' },
  })
  onTestFinished(() => {
    program.kill()
  })
  const [line] = (await once(program.stdout, 'data')) as [Buffer]
  expect((await fetch(`${line.toString().trim()}/notes`)).status).toBe(401)
})
