import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource } from '@aauth-guard/core'
import { devOptions } from '@aauth-guard/core/dev'
import { missionControl, monitorMissions } from '@aauth-guard/core/missions'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { World } from '../../src/dev/world.ts'
import { agentOf, serveDevWorld } from './served-world.ts'
import { Visitor } from './visitor.ts'

/** An app on a port of its own, connected to a world in the documented way. */
async function serveApp(world: World, port = 0) {
  vi.spyOn(console, 'warn').mockReturnValue()
  const app = express()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = () => new Promise((resolve) => server.close(resolve).closeAllConnections())
  onTestFinished(() => void stop())
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const resource = createResource({
    issuer,
    trust: 'any',
    scopes: { 'notes.read': 'Read your notes' },
    missions: monitorMissions({ source: missionControl(), announcements: true }),
    ...devOptions({ env: { AAUTH_DEV: world.at.url } }),
  })
  app.use(wellKnown(resource))
  app.get('/notes', protect(resource, { scope: 'notes.read' }), (req, res) => {
    res.json(getAuth(req, 'auth-token').scopes)
  })
  world.allowApp(issuer)
  return { url: `${issuer}/notes`, stop }
}

/** A world whose person approves every token, an app and an agent. */
async function makeApp() {
  const world = await serveDevWorld()
  world.personServer.policy.asks = () => ({ person: 'Ada' })
  const visitor = new Visitor(world.at.personServer)
  await visitor.signIn('Ada')
  return { world, visitor, agent: await agentOf(world), ...(await serveApp(world)) }
}

describe('an app with devOptions()', () => {
  it('accepts an agent of the world, which gets from its agent token to data', async () => {
    const { agent, url } = await makeApp()
    const { response, challenges } = await agent.call(url)
    expect([response.status, await response.json(), challenges]).toEqual([
      200,
      ['notes.read'],
      ['person-token', 'auth-token'],
    ])
  })

  it('refuses a token once the person revoked it on the page', async () => {
    const { world, agent, url, visitor } = await makeApp()
    const { token } = await agent.call(url)
    const { jti } = world.personServer.tokens().at(-1) ?? {}
    await visitor.get('/')
    expect((await visitor.send('/revoke-token', [['jti', jti as string]])).text).toContain(': 200')
    const again = await agent.fetch(url, {}, { token, params: { nonce: 'again' } })
    expect([again.status, again.headers.get('signature-error')]).toEqual([
      401,
      expect.stringContaining('revoked_jwt'),
    ])
  })

  it('refuses a mission once the person terminated it on the page: its tokens are revoked, and none is issued', async () => {
    const { world, agent, url, visitor } = await makeApp()
    const { s256 } = await world.personServer.missions.begin(agent, { description: 'Sort the notes' }, 'Ada')
    const { token, response } = await agent.call(
      url,
      {},
      { mission: { approver: world.at.personServer, s256 } },
    )
    await visitor.get('/')
    const { text } = await visitor.send('/terminate', [['s256', s256]])
    const again = await agent.fetch(url, {}, { token, params: { nonce: 'again' } })
    expect(response.status).toBe(200)
    expect(text).toContain(`${new URL(url).origin}: 200`)
    expect([again.status, again.headers.get('signature-error')]).toEqual([
      401,
      expect.stringContaining('revoked_jwt'),
    ])
    const anew = agent.call(url, {}, { mission: { approver: world.at.personServer, s256 } })
    await expect(anew).rejects.toMatchObject({ status: 403, code: 'mission_terminated' })
  })

  it('serves agents after a restart with another signing key', async () => {
    const { world, agent, url, stop } = await makeApp()
    await agent.call(url)
    await stop()
    await serveApp(world, Number(new URL(url).port))
    expect((await agent.call(url)).response.status).toBe(200)
  })

  it('refuses an agent of another world', async () => {
    const { url } = await makeApp()
    const other = await serveDevWorld()
    const outsider = await agentOf(other)
    const { origin } = new URL(url)
    other.allowApp(origin)
    const answer = await outsider.fetch(url, {}, { token: await outsider.agentToken() })
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_jwt' }])
  })
})
