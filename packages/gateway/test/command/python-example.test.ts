import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { agentOf, serveDevWorld } from '@aauth-guard/fixtures/dev-world'
import { freePort } from '@aauth-guard/fixtures/free-port'
import { expect, onTestFinished, test } from 'vitest'
import { folderOf } from '../settings/write-configuration.ts'
import { GatewayProcess } from './gateway-process.ts'

const example = resolve(import.meta.dirname, '../../../../examples/gateway')
const written = readFileSync(join(example, 'gateway.yaml'), 'utf8')

test('the configuration has at most 20 lines', () => {
  expect(written.trimEnd().split('\n').length).toBeLessThanOrEqual(20)
})

test('an agent reads and changes notes of a Python API with the scopes that its person granted, and nothing else', async () => {
  const world = await serveDevWorld()
  world.personServer.policy.asks = () => ({ person: 'Ada' })
  const [app, gateway, admin] = [await startApp(), await freePort(), await freePort()]
  const issuer = `http://localhost:${gateway}`
  const changed = written.replace('http://localhost:8080', issuer).replace('8000', String(app))
  const folder = folderOf({})
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, `${changed}listen: 127.0.0.1:${gateway}\nadmin: 127.0.0.1:${admin}\n`)
  world.allowApp(issuer)
  await new GatewayProcess([file, '--json'], { AAUTH_DEV: world.at.url }).line(['started'])

  const unsigned = await fetch(`${issuer}/notes/1`)
  expect([unsigned.status, unsigned.headers.has('aauth-requirement')]).toEqual([401, true])
  const agent = await agentOf(world)
  const read = await agent.call(`${issuer}/notes/1`)
  expect([read.response.status, await read.response.json()]).toEqual([200, 'Buy milk'])
  const write = { method: 'PUT', body: 'Buy bread' }
  const tooNarrow = await agent.fetch(`${issuer}/notes/1`, write, { token: read.token, digest: true })
  expect(tooNarrow.status).toBe(401)
  const wider = await agent.call(`${issuer}/notes/1`, write, { digest: true })
  expect([wider.response.status, await wider.response.json()]).toMatchObject([200, { 1: 'Buy bread' }])
  for (const path of ['/', '/admin', '/NOTES/1', '/notes/', '/notes//..;/admin'])
    expect((await agent.fetch(issuer + path, {}, { token: read.token })).status, path).not.toBe(200)
})

/** @returns its port */
async function startApp(): Promise<number> {
  const port = await freePort()
  const app = spawn('python3', ['app.py', String(port)], {
    cwd: example,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void app.kill())
  await once(app.stdout, 'data')
  return port
}
