import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  type AgentRequest,
  createTestNetwork,
  type SignOptions,
  type TestNetwork,
} from '@aauth-guard/testing'
import { expect, it, onTestFinished } from 'vitest'

/** An agent that calls the notes API of one framework over a socket. */
export async function openNotes(issuer: string, serve: (net: TestNetwork) => Promise<unknown>) {
  const net = await createTestNetwork({ resource: issuer })
  onTestFinished(() => net.close())
  await serve(net)
  const agent = await net.agent()
  const call = (path: string, token: string, request: AgentRequest = {}, how: Partial<SignOptions> = {}) =>
    agent.fetch(`${issuer}${path}`, request, { ...how, token })
  return { net, agent, call }
}

/** What the notes API does, in whatever framework it is written. */
export function itKeepsNotes(
  issuer: string,
  serve: (net: TestNetwork) => Promise<unknown>,
  program: string,
): void {
  const note = (body: string): AgentRequest => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })

  it.each(['person-token', 'mission-header'] as const)(
    'the API keeps notes for callers of %s',
    async (generation) => {
      const { agent, call } = await openNotes(issuer, serve)
      const token = await agent.authToken({ generation, scope: 'notes.read notes.write' })
      expect((await call('/notes', token, note('{"text":"milk"}'), { digest: true })).status).toBe(201)
      expect(await (await call('/notes', token)).json()).toEqual(['milk'])
    },
  )

  it('the API deletes only within a mission', async () => {
    const { agent, call } = await openNotes(issuer, serve)
    const mission = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const without = await call('/notes', await agent.authToken({ scope: 'notes.write' }), {
      method: 'DELETE',
    })
    const within = await call('/notes', await agent.authToken({ scope: 'notes.write', mission }), {
      method: 'DELETE',
    })
    expect([without.status, within.status]).toEqual([403, 204])
  })

  it('the API tells an agent who it is, and an agent with a person for whom it acts', async () => {
    const { agent, call } = await openNotes(issuer, serve)
    expect(await (await call('/whoami', await agent.agentToken())).json()).toEqual({
      agent: 'aauth:planner@agent.example',
      provider: 'https://agent.example',
    })
    expect(await (await call('/me', await agent.personToken())).json()).toEqual({
      person: '["person-token","https://ps.example","person-1"]',
    })
  })

  it('the API refuses a note without a digest, and one without a text', async () => {
    const { agent, call } = await openNotes(issuer, serve)
    const token = await agent.authToken({ scope: 'notes.write' })
    const unsigned = await call('/notes', token, note('{"text":"milk"}'))
    const empty = await call('/notes', token, note('{}'), { digest: true })
    expect([unsigned.status, empty.status]).toEqual([401, 400])
    expect(unsigned.headers.get('signature-error')).toMatch(/^error=invalid_input/)
  })

  it('the API runs as a program', async () => {
    const running = spawn(process.execPath, [program], {
      env: { ...process.env, PORT: '0' },
    })
    onTestFinished(() => {
      running.kill()
    })
    const [line] = (await once(running.stdout, 'data')) as [Buffer]
    expect((await fetch(`${line.toString().trim()}/notes`)).status).toBe(401)
  })
}
