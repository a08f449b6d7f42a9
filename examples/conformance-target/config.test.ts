import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readConfig, type TargetConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'target-'))
afterAll(() => rmSync(folder, { recursive: true }))

const least = { issuer: 'https://api.example', trust: 'any' }

function read(config: unknown): TargetConfig {
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(config))
  return readConfig(file)
}

it('the configuration splits into members of the target and options that go to createResource', () => {
  const resource = {
    ...least,
    publishedKeys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', kid: 'r2', x: 'x' }],
    accessMode: 'person-token',
    revocationDelegates: { 'https://as.example': ['https://ps.example'] },
    legacyPersonTokenJti: ['https://ps.example'],
    signingKey: { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', kid: 'r1', x: 'x', d: 'd' },
    scopes: { 'data.read': 'Read your data' },
    accessServer: 'https://as.example',
    generations: ['mission-header', 'person-token'],
    replay: 'off',
  }
  const own = {
    adapter: 'express',
    port: 8080,
    origins: { 'https://ps.example': 'http://127.0.0.1:41001' },
    routes: [{ path: '/read', require: { accept: 'auth-token', scope: 'data.read' } }],
  }
  expect(read({ ...own, missionStatus: null, ...resource })).toEqual({ ...own, resource })
})

it('a member that is absent or null takes the default', () => {
  const defaults = { adapter: 'express', port: 0, origins: {}, routes: [], resource: least }
  const nothing = { adapter: null, port: null, origins: null, routes: null, accessServer: null }
  expect([read(least), read({ ...least, ...nothing })]).toEqual([defaults, defaults])
})

it('a route without a requirement requires what guards require by default', () => {
  const routes = [{ path: '/a' }, { path: '/b', require: null }]
  expect(read({ ...least, routes }).routes).toEqual([
    { path: '/a', require: {} },
    { path: '/b', require: {} },
  ])
})

it('the persons listed under accounts become the function that createResource asks for them', async () => {
  const persons = [{ ps: 'https://ps.example', sub: 'person-1' }]
  const { accounts } = read({ ...least, accounts: { 'a-1': persons, 'a-2': [] } }).resource
  const asked = (account: string, ps: string, sub: string) => accounts?.(account, { ps, sub })
  expect([
    asked('a-1', 'https://ps.example', 'person-1'),
    asked('a-1', 'https://ps.example', 'person-2'),
    asked('a-1', 'https://other.example', 'person-1'),
    asked('a-2', 'https://ps.example', 'person-1'),
    asked('constructor', 'https://ps.example', 'person-1'),
  ]).toEqual([true, false, false, false, false])
})

const route = (...routes: unknown[]) => ({ ...least, routes })

it.each<[string, unknown, string]>([
  ['no object', [], 'the configuration must be an object'],
  ['a member that does not exist', { ...least, skew: 5 }, '"skew" is not a member of the configuration'],
  ['an unknown member that is null', { ...least, skew: null }, '"skew" is not a member of the configuration'],
  [
    'an option that JSON cannot express',
    { ...least, fetch: 'x' },
    '"fetch" is not a member of the configuration',
  ],
  [
    'an adapter that does not exist',
    { adapter: 'rocket' },
    'adapter "rocket" does not exist; there is express, koa, fastify, hono, fetch, gateway, nginx, caddy',
  ],
  [
    'mission status that is not an object',
    { ...least, missionStatus: 'x' },
    '"missionStatus" must be an object',
  ],
  [
    'a member that mission status does not have',
    { ...least, missionStatus: { ttl: 1 } },
    '"ttl" is not a member of "missionStatus"',
  ],
  ['a source that is not a URL', { ...least, missionStatus: { source: 'status' } }, 'must be a URL, or null'],
  [
    'missions that are accepted while their status is unavailable',
    { ...least, missionStatus: { onUnknown: 'allow' } },
    '"onUnknown" must be "deny"',
  ],
  [
    'a status that is kept too long',
    { ...least, missionStatus: { activeTtlSeconds: 31 } },
    '"activeTtl" is 31: write an integer from 1 to 30',
  ],
  ['accounts that are not an object', { accounts: [] }, '"accounts" must be an object'],
  ['an account without a list', { accounts: { a: {} } }, '"accounts" must list the persons of "a"'],
  ['a person that is not an object', { accounts: { a: ['p'] } }, 'a person of "accounts" must be an object'],
  [
    'a person without sub',
    { accounts: { a: [{ ps: 'https://ps.example' }] } },
    'a person of "accounts" must have "ps" and "sub"',
  ],
  [
    'a person with more than that',
    { accounts: { a: [{ ps: 'https://ps.example', sub: 's', iss: 'x' }] } },
    '"iss" is not a member of a person of "accounts"',
  ],
  ['a port that is out of range', { port: 70_000 }, '"port" must be 0 to 65535'],
  ['a port in a string', { port: '80' }, '"port" must be 0 to 65535'],
  [
    'an origin that is not a URL',
    { origins: { 'https://ps.example': 'ps' } },
    '"origins" must say http://HOST:PORT',
  ],
  ['an origin with a path', { origins: { 'https://a.example': 'http://b/c' } }, 'for https://a.example'],
  ['routes that are not a list', { routes: {} }, '"routes" must be a list'],
  ['a route that is not an object', route('/x'), 'a route must be an object'],
  ['a member that no route has', route({ path: '/x', scope: 'a' }), '"scope" is not a member of a route'],
  ['a route without path', route({}), '"path" of a route must start with /'],
  ['a query in a path', route({ path: '/x?y' }), '"path" of a route must start with /'],
  [
    'a requirement that is not an object',
    route({ path: '/x', require: 'any' }),
    '"require" must be an object',
  ],
])('the configuration is refused with %s', (_title, config, message) => {
  expect(() => read(config)).toThrow(message)
})
