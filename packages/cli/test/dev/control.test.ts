import { makeKey } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { callControl } from '../../src/dev/control-client.ts'
import { agentOf, ask, secret, serveDevWorld } from './served-world.ts'

async function call(url: string, name: string, body: unknown, headers: Record<string, string>) {
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  return (await fetch(`${url}/control/${name}`, init)).status
}

describe('the control server of a development world', () => {
  it('refuses callers without the secret, and browsers', async () => {
    const { at } = await serveDevWorld()
    const app = { origin: 'http://localhost:3999' }
    const authorization = `Bearer ${secret}`
    expect([
      await call(at.url, 'app', app, {}),
      await call(at.url, 'app', app, { authorization: 'Bearer wrong' }),
      await call(at.url, 'app', app, { authorization, origin: at.url }),
      await call(at.url, 'app', app, { authorization, 'sec-fetch-site': 'same-origin' }),
      await call(at.url, 'toString', app, { authorization }),
      await call(at.url, 'app', app, { authorization }),
    ]).toEqual([401, 401, 403, 403, 404, 200])
  })

  it('issues agent tokens for a key, by the name of the agent', async () => {
    const world = await serveDevWorld()
    const key = await makeKey('an agent', 'k', 'Ed25519')
    const access = { url: world.at.url, secret }
    const given = await callControl(access, 'agent', { name: 'planner', jwk: key.jwk })
    expect(given.agent).toBe(`aauth:planner@${new URL(world.at.agentProvider).host}`)
    expect(decodeJwt(given.agent_token)).toMatchObject({
      iss: world.at.agentProvider,
      sub: given.agent,
      ps: world.at.personServer,
      cnf: { jwk: { x: key.jwk.x } },
    })
    await expect(callControl(access, 'agent', { name: 'no name', jwk: key.jwk })).rejects.toThrow(
      'is not the name of an agent',
    )
  })

  it('refuses an app that is on another machine', async () => {
    const world = await serveDevWorld()
    const access = { url: world.at.url, secret }
    await expect(callControl(access, 'app', { origin: 'http://169.254.169.254' })).rejects.toThrow(
      'is not http://localhost:PORT',
    )
    expect(world.apps).toEqual([])
  })

  it('answers a pending question on behalf of a person, once', async () => {
    const world = await serveDevWorld()
    world.allowApp('http://localhost:3999')
    const access = { url: world.at.url, secret }
    const { code, poll } = await ask(await agentOf(world), '/person-token', {
      resource: 'http://localhost:3999',
    })
    await callControl(access, 'decision', { code, decision: 'approve' })
    expect((await poll()).status).toBe(200)
    await expect(callControl(access, 'decision', { code, decision: 'approve' })).rejects.toThrow(
      'nothing waits under this code',
    )
  })
})
