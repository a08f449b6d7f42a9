import { once } from 'node:events'
import { request as httpRequest, type ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { folderOf, least } from '../settings/write-configuration.ts'
import { GatewayProcess, startScene } from './gateway-process.ts'

const nonce = (): { nonce: string } => ({ nonce: crypto.randomUUID() })

test('a gateway serves an agent, and tells its upstream who calls', async () => {
  const { agent, issuer, admin, received, gateway } = await startScene()
  const { response } = await agent.call(`${issuer}/notes/1`)
  expect([response.status, await response.text()]).toEqual([200, 'notes'])
  const assertion = received[0]?.headers['aauth-guard-assertion'] as string
  const { kid } = JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString())
  const keys = await (await fetch(`${issuer}/aauth/assertion-keys.json`)).json()
  expect(keys).toMatchObject({ keys: [{ kid, alg: 'ES256' }] })
  expect(gateway.log).toContain('a key for assertions was made')
  const own = await (await fetch(`${issuer}/.well-known/aauth-resource.json`)).json()
  expect(own).toMatchObject({ issuer })
  // Nothing for operators is served to agents, and the reverse.
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await fetch(issuer + path)).status).toBe(404)
  expect((await fetch(`${admin}/notes/1`)).status).toBe(404)
})

test('operators see health, metrics and the console', async () => {
  const { agent, issuer, admin, gateway } = await startScene()
  await agent.call(`${issuer}/notes/1`)
  const texts = ['/healthz', '/readyz'].map(async (path) => (await fetch(admin + path)).text())
  expect(await Promise.all(texts)).toEqual(['ok\n', 'ready\n'])
  const metrics = await (await fetch(`${admin}/metrics`)).text()
  expect(metrics).toMatch(
    /^aauth_guard_decisions_total\{http_route="\/notes\/\*",outcome="accepted",token_kind="auth-token"\} 1$/m,
  )
  expect(metrics).toMatch(/^aauth_guard_duration_seconds_bucket\{.*le="\+Inf"\} [1-9]/m)
  expect(metrics).toMatch(/^aauth_gateway_ready 1$/m)
  const { console: url } = await gateway.line(['started'])
  expect((await fetch(new URL('.', String(url)))).status).toBe(403)
  const opened = await fetch(String(url), { redirect: 'manual' })
  expect(opened.status).toBe(303)
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const page = await fetch(new URL('.', String(url)), { headers: { cookie } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
  const forwarded = await fetch(String(url), { headers: { 'x-forwarded-for': '10.0.0.1' } })
  expect(forwarded.status).toBe(421)
})

test('under a load of requests no reload drops one, and a used signature stays used', async () => {
  const scene = await startScene((_, response) => setTimeout(() => response.end('notes'), 5))
  const { agent, issuer, reload } = scene
  const { token } = await agent.call(`${issuer}/notes/1`)
  const used = await agent.sign(`${issuer}/notes/used`, { method: 'POST' }, { token, params: nonce() })
  const send = () => fetch(used.url, { method: used.method, headers: Object.fromEntries(used.headers) })
  expect((await send()).status).toBe(200)
  const statuses = new Map<number, number>()
  let isOver = false
  const callers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status } = await agent.fetch(`${issuer}/notes/2`, {}, { token, params: nonce() })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  })
  const changes = ['  rest: { scope: notes.read }\n', '', '  /other: {}\n', '']
  for (const [index, change] of changes.entries()) {
    // Every other one makes another resource.
    const description = index % 2 === 0 ? 'Read your notes' : 'Read the notes'
    expect(await reload((text) => text.replace('Read your notes', description) + change)).toBe(true)
  }
  isOver = true
  await Promise.all(callers)
  expect([...statuses.keys()]).toEqual([200])
  expect(statuses.get(200)).toBeGreaterThan(changes.length)
  expect((await send()).status).toBe(401)
})

test('a revocation and a termination survive a reload, and a request ends under the plan it began with', async () => {
  const waiting: ServerResponse[] = []
  const { world, agent, issuer, reload, received } = await startScene((request, response) => {
    if (request.url === '/notes/slow') waiting.push(response)
    else response.end('notes')
  })
  const { s256 } = await world.personServer.missions.begin(agent, { description: 'Sort the notes' }, 'Ada')
  const mission = { approver: world.at.personServer, s256 }
  const { token } = await agent.call(`${issuer}/notes/1`)
  const { token: under } = await agent.call(`${issuer}/notes/1`, {}, { mission })
  const { token: revoked } = await agent.call(`${issuer}/notes/1`)
  const slow = agent.fetch(`${issuer}/notes/slow`, {}, { token, params: nonce() })
  while (waiting.length === 0) await new Promise((done) => setTimeout(done, 5))
  expect((await world.personServer.missions.announce(s256, { to: issuer })).status).toBe(200)
  expect((await world.personServer.revoke(issuer, claimsOf(revoked))).status).toBe(200)
  expect(
    await reload((text) =>
      text.replace('Read your notes', 'Read the notes').replace('/notes/*', '/others/*'),
    ),
  ).toBe(true)
  waiting[0]?.end('slow notes')
  expect(await (await slow).text()).toBe('slow notes')
  expect((await agent.fetch(`${issuer}/notes/1`, {}, { token, params: nonce() })).status).toBe(404)
  expect((await agent.fetch(`${issuer}/others/1`, {}, { token, params: nonce() })).status).toBe(200)
  const refused = async (refusedToken: string) => {
    const answer = await agent.fetch(`${issuer}/others/1`, {}, { token: refusedToken, params: nonce() })
    return `${answer.status} ${answer.headers.get('signature-error')} ${await answer.text()}`
  }
  expect(await refused(revoked)).toMatch(/^401 .*revoked_jwt/)
  expect(await refused(under)).toMatch(/^403 .*mission_terminated/)
  expect(received.at(-1)?.url).toBe('/others/1')
})

test('a file that cannot be used leaves the configuration in force, and the log says why', async () => {
  const { agent, issuer, admin, reload, gateway } = await startScene()
  const { token } = await agent.call(`${issuer}/notes/1`)
  for (const [change, message] of [
    ['  /notes/a: {}\n', /gateway.yaml:10: the routes/],
    ['banana: 1\n', /gateway.yaml:10: "banana" is not a setting/],
    ['assertionKey: { env: NONE }\n', /"NONE", which is not set/],
    ['forwardAuth: { listen: "127.0.0.1:1", secret: { env: SHARED } }\n', /SHARED/],
  ] as const) {
    expect(await reload((text) => text + change)).toBe(false)
    expect(gateway.log).toMatch(message)
  }
  expect(gateway.log).toMatch(/reload refused, the configuration of .* stays in force/)
  expect((await agent.fetch(`${issuer}/notes/1`, {}, { token, params: nonce() })).status).toBe(200)
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain('aauth_gateway_reloads_refused 4')
  expect(await reload((text) => text)).toBe(true)
})

test('SIGTERM: readiness ends first, a request that is under way is answered, and the process ends with 0', async () => {
  const waiting: ServerResponse[] = []
  const { agent, issuer, admin, gateway } = await startScene((request, response) => {
    if (request.url === '/notes/slow') waiting.push(response)
    else response.end('notes')
  })
  const { token } = await agent.call(`${issuer}/notes/1`)
  const slow = agent.fetch(`${issuer}/notes/slow`, {}, { token, params: nonce() })
  while (waiting.length === 0) await new Promise((done) => setTimeout(done, 5))
  gateway.kill('SIGTERM')
  for (;;) {
    const ready = await fetch(`${admin}/readyz`)
    const text = await ready.text()
    if (ready.status === 503) {
      expect(text).toBe('not ready\n')
      break
    }
  }
  expect(await (await fetch(`${admin}/healthz`)).text()).toBe('ok\n')
  const late = httpRequest(`${issuer.replace('localhost', '127.0.0.1')}/notes/1`)
  late.end()
  await once(late, 'error')
  waiting[0]?.end('slow notes')
  expect(await (await slow).text()).toBe('slow notes')
  expect(await gateway.exit).toBe(0)
  expect(gateway.log).toMatch(/stopping.*\n.*stopped/)
})

test('SIGTERM with a delay: readiness ends, connections are still taken, and a second signal ends the process', async () => {
  const { agent, issuer, admin, gateway } = await startScene(
    undefined,
    (text) => `${text}limits: { closeDelay: 3600000 }\n`,
  )
  const { token } = await agent.call(`${issuer}/notes/1`)
  gateway.kill('SIGTERM')
  while ((await fetch(`${admin}/readyz`)).status !== 503);
  const served = await agent.fetch(`${issuer}/notes/2`, { headers: { connection: 'close' } }, { token })
  expect([served.status, await served.text()]).toEqual([200, 'notes'])
  gateway.kill('SIGTERM')
  expect(await gateway.exit).toBe(1)
})

test.each([
  ['a good one', least.replace(/trust.*\n/, ''), 0, /"event":"checked","routes":\["GET \/notes\/\*"\]/],
  ['a bad one', least.replace('scope:', 'scpoe:'), 1, /gateway.yaml:6: .*did you mean/],
])('--check of %s starts nothing', async (_, text, code, output) => {
  const folder = folderOf({ 'gateway.yaml': text })
  const gateway = new GatewayProcess([`${folder}/gateway.yaml`, '--check', '--json'], {
    AAUTH_DEV: 'http://localhost:4400',
  })
  expect(JSON.stringify(await gateway.line(['checked', 'refused']))).toMatch(output)
  expect(await gateway.exit).toBe(code)
})

test('a file that is not there, and an unknown command, end the process', async () => {
  const none = new GatewayProcess(['none.yaml'], {})
  expect(await none.exit).toBe(1)
  expect(none.errors).toContain('"none.yaml" cannot be read (ENOENT)')
  const words = new GatewayProcess(['recipe', 'apache', 'none.yaml'], {})
  expect(await words.exit).toBe(2)
  expect(words.errors).toContain('"apache" is not a proxy that there is a recipe for')
})

test('a taken port is named with its setting', async () => {
  const { issuer, world } = await startScene()
  const port = new URL(issuer).port
  const text = `${least.replace(/trust.*\n/, '')}listen: 127.0.0.1:${port}\nadmin: false\n`
  const folder = folderOf({ 'gateway.yaml': text })
  const second = new GatewayProcess([`${folder}/gateway.yaml`], { AAUTH_DEV: world.at.url })
  expect(await second.exit).toBe(1)
  expect(second.errors).toMatch(
    /gateway.yaml:6: "listen" is 127.0.0.1:\d+, where the gateway cannot listen \(EADDRINUSE\)/,
  )
})

function claimsOf(token: string): { readonly jti: string } {
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return { jti }
}
