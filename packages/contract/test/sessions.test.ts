import { createResource } from '@aauth-guard/core'
import { managedAccess } from '@aauth-guard/core/managed'
import { createTestNetwork } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sessionApps } from './session-apps.ts'

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 3)
const origin = 'https://notes.example'

async function serve(name: string) {
  const net = await createTestNetwork()
  onTestFinished(() => net.close())
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
    defaultScope: 'notes.read',
    managed: managedAccess({ sealingKeys: [{ kid: 'a', key }] }),
  })
  await net.listen((sessionApps[name] as (typeof sessionApps)[string])(resource))
  const agent = await net.agent()
  const send = async (path: string, token: string, value?: string): Promise<Response> => {
    const method = path === '/agree' ? 'POST' : 'GET'
    const headers = value === undefined ? {} : { authorization: `AAuth ${value}` }
    return agent.fetch(`${origin}${path}`, { method, headers }, { token })
  }
  return { net, resource, agent, send }
}

/** The one value that an answer carries, although its handler sets two others. No cache may store it. */
function accessOf(response: Response): string {
  const value = response.headers.get('aauth-access') as string
  expect(value).toMatch(/^[A-Za-z0-9._~+/-]{64,2048}=*$/)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return value
}

describe.each(Object.keys(sessionApps))('sessions on %s', (name) => {
  it('are given, used, replaced and ended over a real connection [ACCESS-1, ACCESS-5, ACCESS-6, R11-191, R11-192, R11-196]', async () => {
    const { net, resource, agent, send } = await serve(name)
    const first = await agent.agentToken({ lifetime: 1800 })
    expect((await send('/notes', first)).status).toBe(401)
    const agreed = await send('/agree', first)
    const value = accessOf(agreed)
    const id = await agreed.text()

    const notes = await send('/notes', first, value)
    expect([notes.status, await notes.text()]).toEqual([200, 'agent-token notes.read of alice'])
    // Nothing is to be replaced, so the fields of the handler stay.
    expect(notes.headers.get('cache-control')).toBe('public, max-age=60')

    const second = await agent.agentToken({ lifetime: 7200 })
    const renewed = await send('/notes', second, value)
    const next = accessOf(renewed)
    expect(await renewed.text()).toBe('agent-token notes.read of alice')
    expect(next).not.toBe(value)
    const third = await agent.agentToken({ lifetime: 7200 })
    net.clock.advance(120)
    const empty = await send('/empty', third, next)
    expect(empty.status).toBe(204)
    const last = accessOf(empty)

    const stale = await send('/notes', third, value)
    expect(stale.status).toBe(401)
    expect(stale.headers.get('aauth-access')).toBeNull()
    expect(stale.headers.get('aauth-requirement')).toContain('requirement=')

    await resource.managed.end({ consent: id })
    expect((await send('/notes', third, last)).status).toBe(401)
  })

  it('are replaced on a refusal of the handler as well [ACCESS-5, ACCESS-6]', async () => {
    const { agent, send } = await serve(name)
    const value = accessOf(await send('/agree', await agent.agentToken({ lifetime: 1800 })))
    const token = await agent.agentToken({ lifetime: 7200 })
    const refused = await send('/more', token, value)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('aauth-requirement')).toContain('requirement=')
    expect((await send('/notes', token, accessOf(refused))).status).toBe(200)
  })

  it('cannot be moved to another agent, or used without a signature [M17, M19, X17, ACCESS-2, ACCESS-3]', async () => {
    const { net, agent, send } = await serve(name)
    const value = accessOf(await send('/agree', await agent.agentToken()))
    const thief = await net.agent({ name: 'thief' })
    const headers = { authorization: `AAuth ${value}` }
    const stolen = await thief.fetch(`${origin}/notes`, { headers }, { token: await thief.agentToken() })
    expect(stolen.status).toBe(401)
    const bearer = await fetch(`${net.servedAt(new URL(origin).host)}/notes`, { headers })
    expect([bearer.status, bearer.headers.get('aauth-requirement')]).toEqual([401, 'requirement=agent-token'])
  })
})
