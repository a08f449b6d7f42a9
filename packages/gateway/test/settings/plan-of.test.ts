import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Configuration } from '../../src/settings/configuration.ts'
import { planOf } from '../../src/settings/plan-of.ts'
import { ProcessState } from '../../src/settings/process-state.ts'
import { readConfiguration } from '../../src/settings/read-configuration.ts'
import { folderOf, keyText, least as onThisMachine } from './write-configuration.ts'

const SIGNING = keyText('Ed25519')
const least = `signingKey: { env: SIGNING }
${onThisMachine.replace('http://localhost:8080', 'https://notes.example')}`
const read = (text: string, env = {}): Configuration =>
  readConfiguration(text, 'gateway.yaml', { SIGNING, ...env })
const start = async (text: string, env = {}): Promise<ProcessState> => {
  const state = await ProcessState.start(read(text, env), env)
  onTestFinished(() => state.close())
  return state
}

test('a plan has the table, the limits and the resource of its configuration', async () => {
  const text = `${least}limits: { requests: 7, replays: 9 }\n`
  const plan = planOf(read(text), await start(text))
  expect(plan.table.find('GET', '/notes/1')).toMatchObject({ outcome: 'route', target: '/notes/1' })
  expect(plan.limits).toMatchObject({ requests: 7, tunnels: 12_000 })
  expect(plan.resource.issuer).toBe('https://notes.example')
})

test('a resource stays in use for as long as configurations say the same of it', async () => {
  const state = await start(least)
  const [first, routes, others, before] = [
    least,
    `${least}  rest: { scope: notes.read }\n`,
    least.replace('Read your notes', 'Read notes'),
    least,
  ].map((text) => {
    const configuration = read(text)
    const { resource } = planOf(configuration, state)
    state.adopt(configuration, resource)
    return resource
  })
  expect(routes).toBe(first)
  expect(others).not.toBe(first)
  expect(before).not.toBe(first)
})

test('what one resource has heard is refused by the next one', async () => {
  const state = await start(least)
  const first = planOf(read(least), state)
  const next = planOf(read(least.replace('Read your notes', 'Read notes')), state)
  expect(next.resource).not.toBe(first.resource)
  const mission = { approver: 'https://ps.example', s256: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }
  await first.resource.missions.terminate(mission)
  expect(await next.resource.missions.status(mission)).toMatchObject({ status: 'terminated' })
})

test.each([
  ['issuer', least.replace('https://notes.example', 'https://others.example'), 2],
  ['listen', `listen: 127.0.0.1:8081\n${least}`, 1],
  ['admin', `admin: false\n${least}`, 1],
  ['stores', `stores: { redis: { url: { env: URL } } }\n${least}`, 1],
  ['forwardAuth', `${least}forwardAuth: { listen: "127.0.0.1:1", secret: { env: SECRET } }\n`, 8],
  ['assertionKey', `${least}assertionKey: { env: KEY }\n`, 8],
  // Signatures that were used in the shorter one are forgotten by now.
  ['signatureWindow', `${least}signatureWindow: 300\n`, 8],
])('another %s needs a restart', async (name, text, line) => {
  const state = await start(least)
  const env = { URL: 'redis://x', SECRET: 'x'.repeat(32), KEY: keyText('ES256') }
  expect(() => planOf(read(text, env), state)).toThrow(
    `gateway.yaml:${line}: "${name}" has changed: restart the gateway, or put back what it was`,
  )
})

test.each([
  [
    'routes that overlap',
    `${least}  /notes/a: { scope: notes.read }\n`,
    /gateway.yaml:8: the routes "GET \/notes\/\*".*"\/notes\/a"/,
  ],
  [
    'a route that matches nothing',
    `${least}  /a/../b: { scope: notes.read }\n`,
    /gateway.yaml:8: the route "\/a\/..\/b"/,
  ],
  [
    'a scope without description',
    least.replace('{ scope: notes.read', '{ scope: notes.raed'),
    /gateway.yaml:7: the route "GET \/notes\/\*": .*notes.raed/,
  ],
  [
    'a class without a provider',
    least.replace('scope: notes.read }', 'scope: notes.read, class: { provider: x } }'),
    /gateway.yaml:7: /,
  ],
  [
    'an access server beside others',
    least.replace('[https://ps.example]', '{ personServers: [https://ps.example/] }'),
    /gateway.yaml:3: /,
  ],
  ['a claim of every token', `claims: [iss]\n${least}`, /gateway.yaml:1: "claims"/],
])('a mistake that shows only in the whole is named with its line: %s', async (_, text, message) => {
  const state = await start(least)
  expect(() => planOf(read(text), state)).toThrow(message)
})

test('a key of assertions that cannot sign is named', async () => {
  const key = JSON.stringify({ ...JSON.parse(keyText('ES256')), alg: 'ES384' })
  const env = { KEY: key }
  await expect(start(`${least}assertionKey: { env: KEY }\n`, env)).rejects.toThrow(
    /gateway.yaml:8: "assertionKey"/,
  )
})

test('stores that do not answer are asked later, so that a configuration can be checked without them', async () => {
  const folder = folderOf({})
  const text = `${least}stores: { postgres: { url: { env: URL } } }\n`
  const configuration = readConfiguration(text, join(folder, 'gateway.yaml'), {
    SIGNING,
    URL: 'postgres://127.0.0.1:1/x',
  })
  const state = await ProcessState.start(configuration, {})
  onTestFinished(() => state.close())
  expect(planOf(configuration, state).resource.issuer).toBe('https://notes.example')
})
