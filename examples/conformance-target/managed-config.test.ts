import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createResource } from '@aauth-guard/core'
import { afterAll, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { serveRoutes } from './managed/served-routes.ts'
import { sealingKeys } from './managed-world.ts'
import { runTarget } from './running-target.ts'

const folder = mkdtempSync(join(tmpdir(), 'target-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the target does with a configuration before it serves. */
function prepare(config: object): void {
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(config))
  const { resource, routes } = readConfig(file)
  serveRoutes(createResource(resource), routes)
}

const least = { issuer: 'https://api.example', trust: 'any', scopes: { 'data.read': 'Read your data' } }
const hold = { hold: { durability: 'lossy' } }
const one = (managed: unknown, require: object = {}) => ({
  ...least,
  managed: { sealingKeys },
  routes: [{ path: '/x', require, managed }],
})

it.each<[string, object, string]>([
  ['nginx', { ...least, adapter: 'nginx', managed: {} }, '"managed" does not work with the adapter "nginx"'],
  ['caddy', { ...least, adapter: 'caddy', managed: {} }, '"managed" does not work with the adapter "caddy"'],
  [
    'gateway',
    { ...least, adapter: 'gateway', managed: {} },
    '"managed" does not work with the adapter "gateway"',
  ],
  [
    'held calls of drafts 01 to 10 alone',
    { ...one(hold), generations: ['mission-header'] },
    '"hold" of the route "/x" needs draft 11',
  ],
  [
    'a managed route of a resource that manages nothing',
    { ...one(hold), managed: null },
    '"managed" of the route "/x" needs "managed" of the configuration',
  ],
  [
    'sessions of a resource that manages nothing',
    { ...one(null, { sessions: true }), managed: null },
    '"sessions" of the route "/x" needs "managed"',
  ],
  ['managed that is not an object', { ...least, managed: true }, '"managed" must be an object'],
  [
    'an unknown member of managed',
    { ...least, managed: { limits: {} } },
    '"limits" is not a member of "managed"',
  ],
  [
    'a sealing key that is too short',
    { ...least, managed: { sealingKeys: [{ kid: 'a', key: 'x' }] } },
    '32 octets',
  ],
  [
    'shared stores without sealing keys',
    { ...least, managed: {}, stores: { postgres: 'postgres://127.0.0.1:1' } },
    '"sealingKeys" of "managed" is missing',
  ],
  [
    'an address that is not https',
    { ...least, managed: { interaction: { url: 'http://a/' } } },
    '"interaction.url"',
  ],
  [
    'an unknown member of interaction',
    { ...least, managed: { interaction: { page: 'x' } } },
    '"page" is not a member of "interaction" of "managed"',
  ],
  [
    'a linked account without persons',
    { ...least, managed: { interaction: { linked: { a: {} } } } },
    '"linked" must list the persons of "a"',
  ],
  [
    'a linked person without sub',
    { ...least, managed: { interaction: { linked: { a: [{ ps: 'https://ps.example' }] } } } },
    'a person of "linked" must have "ps" and "sub"',
  ],
  [
    'session-token without sealing keys',
    { ...least, accessMode: 'session-token', managed: {} },
    '"accessMode" is "session-token"',
  ],
  ['a route that says nothing', one({}), 'must have one of "interaction", "hold" and "session"'],
  ['a route that says two things', one({ ...hold, interaction: {} }), 'must have one of'],
  [
    'an unknown member of a route',
    one({ sessions: true }),
    '"sessions" is not a member of "managed" of a route',
  ],
  [
    'an unknown member of a question',
    one({ interaction: { scope: 'data.read', notify: 1 } }, { accept: 'agent-token' }),
    '"notify" is not a member of "interaction" of a route',
  ],
  [
    'a question about a scope that is not described',
    one({ interaction: { scope: 'data.write' } }, { accept: 'agent-token' }),
    'data.write',
  ],
  [
    'a question that waits too long',
    one({ interaction: { scope: 'data.read', lifetime: 7200 } }, { accept: 'agent-token' }),
    '"lifetime" of requireInteraction is 7200',
  ],
  ['an unknown member of a hold', one({ hold: { onUnknown: 1 } }), '"onUnknown" is not a member of "hold"'],
  ['a hold in memory that is not said to be lossy', one({ hold: {} }), "say durability: 'lossy'"],
  ['a run that does not exist', one({ hold: { run: 'hangs' } }), '"run" of "hold" is "hangs"'],
  [
    'two held routes of one name',
    { ...one(hold), routes: [1, 2].map((n) => ({ path: `/${n}`, require: { name: 'x' }, managed: hold })) },
    'which another held route has',
  ],
  ['a held route for agent tokens', one(hold, { accept: 'agent-token' }), '"accept" of a held route'],
  [
    'an operation that is not an object',
    one({ hold: { perCall: {} } }),
    '"operation" of "perCall" must be an object',
  ],
  [
    'documents that are not texts',
    one({ hold: { perCall: { operation: {}, documents: [{}] } } }),
    '"documents" of "perCall" must be a list of texts',
  ],
  [
    'approval of each call without its claims',
    one({ hold: { durability: 'lossy', perCall: { operation: {} } } }),
    '"claims" of the resource does not contain "r3_s256"',
  ],
])('the configuration is refused with %s', (_title, config, message) => {
  expect(() => prepare(config)).toThrow(message)
})

it.each([
  ['is read', one({}), 'must have one of "interaction", "hold" and "session"'],
  ['is used', one({ hold: {} }), "say durability: 'lossy'"],
])(
  'a target whose managed route is refused when it %s ends at once and says why',
  async (_when, config, message) => {
    const { code, stdout, stderr } = await runTarget(config).ended
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)])
  },
  60_000,
)
