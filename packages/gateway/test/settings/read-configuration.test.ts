import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Configuration } from '../../src/settings/configuration.ts'
import { readConfiguration } from '../../src/settings/read-configuration.ts'
import { folderOf, keyText, least } from './write-configuration.ts'

const read = (text: string, env = {}): Configuration =>
  readConfiguration(text, '/etc/aauth/gateway.yaml', env)
const messageOf = (text: string, env = {}): string => {
  try {
    read(text, env)
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    return (error as Error).message
  }
  throw new Error('the configuration was accepted')
}

test('six lines are a configuration, with defaults for everything else', () => {
  const { resource, routes, upstreams, listen, admin, warnings, stores, assertionKey } = read(least)
  expect({ listen, admin, warnings, stores, assertionKey }).toEqual({
    listen: { host: '127.0.0.1', port: 8080 },
    admin: { host: '127.0.0.1', port: 9090 },
    warnings: [],
    stores: { kind: 'memory' },
    assertionKey: undefined,
  })
  expect(resource).toEqual({
    issuer: 'http://localhost:8080',
    trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
    scopes: { 'notes.read': 'Read your notes' },
    limits: {},
  })
  expect(upstreams).toEqual([
    { name: 'upstream', origin: { protocol: 'http:', hostname: '127.0.0.1', port: 8000 } },
  ])
  expect(routes).toEqual([
    {
      name: 'GET /notes/*',
      path: '/notes/*',
      methods: ['GET'],
      requirement: { name: 'GET /notes/*', scope: 'notes.read' },
      upstream: upstreams[0],
      cutPrefix: '',
      addPrefix: '',
      pass: [],
      passNames: [],
      digest: 'buffer',
      maxContent: 1_048_576,
      upgrade: false,
      encodedSlash: false,
    },
  ])
})

test('the same in JSON', () => {
  const json = JSON.stringify({
    issuer: 'http://localhost:8080',
    trust: ['https://ps.example'],
    upstream: 'http://127.0.0.1:8000',
    scopes: { 'notes.read': 'Read your notes' },
    routes: { 'GET /notes/*': { scope: 'notes.read' } },
  })
  expect(JSON.stringify(read(json))).toEqual(JSON.stringify(read(least)))
})

test('routes name methods, the rest, and one of several upstreams', () => {
  const { routes } = read(
    `${least.replace(/upstream:.*/, 'upstreams: { api: "http://[::1]:1", files: unix:/run/files.sock, far: https://far.example }')}
  GET,HEAD /: { upstream: files, accept: agent-token, pass: [cookie], passNames: [X_Id] }
  rest: { upstream: far, optional: true, cutPrefix: /a }
`.replace('{ scope: notes.read }', '{ scope: notes.read, upstream: api }'),
  )
  expect(routes.map(({ path, methods, upstream }) => [path, methods, upstream])).toEqual([
    ['/notes/*', ['GET'], { name: 'api', origin: { protocol: 'http:', hostname: '::1', port: 1 } }],
    ['/', ['GET', 'HEAD'], { name: 'files', origin: { protocol: 'http:', socketPath: '/run/files.sock' } }],
    ['*', undefined, { name: 'far', origin: { protocol: 'https:', hostname: 'far.example', port: 443 } }],
  ])
  expect(routes[1]).toMatchObject({ pass: ['cookie'], passNames: ['x_id'] })
})

test.each([
  ['a key twice', `${least}issuer: https://x.example\n`, /gateway.yaml:7: .*unique/],
  ['a name twice in JSON', '{"issuer":"a","issuer":"b"}', /gateway.yaml:1: .*unique/],
  ['an anchor', least.replace('[https', '&list [https'), /:2: "&list" is an anchor/],
  ['an alias', least.replace('[https://ps.example]', '*list'), /:2: "\*list" is an alias/],
  ['an unquoted asterisk as a route', `${least}  *: {}\n`, /:7: .*(alias|not YAML)/],
  [
    'a merge',
    least.replace('GET /notes/*: {', 'GET /notes/*: { <<: { mission: required },'),
    /:6: "<<" would merge/,
  ],
  ['a tag', least.replace('notes.read: Read', 'notes.read: !!str Read'), /:4: .*is a tag/],
  ['a tag of its own', least.replace('notes.read: Read', 'notes.read: !env Read'), /:4: /],
  ['a second document', `${least}---\na: b\n`, /a second document/],
  ['another version of YAML', `%YAML 1.1\n---\n${least}`, /a directive/],
  ['a directive for tags', `%TAG ! tag:x,2000:\n---\n${least}`, /a directive/],
  ['a number as a name', `${least}7: x\n`, /:7: a name of a member is not a text/],
  ['a list as a name', `${least}? [a]\n: x\n`, /:7: a name of a member is not a text/],
  ['no end of a list', 'a: [1,2', /not YAML or JSON/],
  ['nothing', '', /the file is empty/],
  ['more levels than any configuration', `a: ${'['.repeat(200)}${']'.repeat(200)}`, /nested too deeply/],
  ['so many levels that parsers overflow', `a: ${'['.repeat(100_000)}`, /gateway.yaml:1: /],
  ['more octets than any configuration', `${least}#${'x'.repeat(262_144)}`, /more than 262144 octets/],
])('a file that could be read in two ways is refused: %s', (_, text, message) => {
  expect(messageOf(text)).toMatch(message)
})

const route = (members: string): string => least.replace('scope: notes.read', members)
const top = (member: string): string => `${member}\n${least}`

test.each([
  [
    'an unknown member',
    top('trsut: any'),
    'gateway.yaml:1: "trsut" is not a setting of the configuration: did you mean "trust"?',
  ],
  [
    'an unknown member of a route',
    route('scpoe: notes.read'),
    'gateway.yaml:6: "scpoe" is not a setting of a route: did you mean "scope"?',
  ],
  [
    'a member that resembles none',
    route('banana: 1'),
    /:6: "banana" is not a setting of a route: use one of scope, accept/,
  ],
  ['a member of every object', top('__proto__: { issuer: x }'), /:1: "__proto__" is not a setting/],
  [
    'no issuer',
    least.replace(/issuer.*/, ''),
    /"issuer" of the configuration is missing: The identifier of the API/,
  ],
  [
    'an issuer with a slash',
    least.replace(':8080', ':8080/'),
    /:1: "issuer" is "http:\/\/localhost:8080\/": write https/,
  ],
  ['no trust', least.replace(/trust.*/, ''), /"trust" is missing: list the person servers/],
  ['no upstream', least.replace(/upstream.*/, ''), /"upstream" is missing: write the address/],
  ['an upstream and several', top('upstreams: { a: "http://a" }'), /"upstream" and "upstreams" are both set/],
  [
    'an upstream with a path',
    least.replace(':8000', ':8000/api'),
    /:3: "upstream" is "http:\/\/127.0.0.1:8000\/api": .*"addPrefix"/,
  ],
  ['an upstream with a password', least.replace('127.0.0.1:8000', 'a:b@x'), /:3: "upstream" is/],
  ['an upstream of another protocol', least.replace('http://127', 'ftp://127'), /:3: "upstream" is/],
  [
    'an upstream of a relative socket',
    least.replace(/http:\/\/127.*/, 'unix:x.sock'),
    /:3: "upstream" is "unix:x.sock": write http/,
  ],
  [
    'an upstream that is the gateway',
    least.replace(':8000', ':8080'),
    /"listen" is the address of the upstream "upstream"/,
  ],
  [
    'an upstream that is not there',
    route('scope: notes.read, upstream: upstraem'),
    /:6: "upstraem" is not one of "upstreams": did you mean "upstream"/,
  ],
  [
    'upstreams that differ by case',
    top('').replace(/upstream:.*/, 'upstreams: { api: "http://a", Api: "http://b" }'),
    /"Api" is not a name: write lower-case/,
  ],
  [
    'no upstream of several',
    least.replace(/upstream:.*/, 'upstreams: { a: "http://a", b: "http://b" }'),
    /:6: "upstream" of the route is missing: write one of a, b/,
  ],
  [
    'content that no room is for',
    `${route('scope: notes.read, maxContent: 20')}limits: { heldContent: 10 }\n`,
    /:6: the route "GET \/notes\/\*" has "maxContent" 20, and "limits.heldContent" is 10: raise the limit/,
  ],
  ['no routes', least.replace(/routes:\n.*/, 'routes: {}'), /:5: "routes" has 0 members/],
  [
    'a method in lower case',
    least.replace('GET /', 'get /'),
    /:6: "get \/notes\/\*" is not a route: write methods and a path/,
  ],
  ['two spaces', least.replace('GET /', 'GET  /'), /:6: "GET {2}\/notes\/\*" is not a route/],
  [
    'another kind of token',
    route('accept: person'),
    /:6: "routes\['GET \/notes\/\*'\].accept" is "person": write auth-token or/,
  ],
  ['a kind of token that is misspelt', route('accept: auth-tokn'), /did you mean "auth-token"/],
  ['a scope twice', route('scope: [a, a]'), /has "a" twice/],
  ['a flag in words', route('upgrade: "yes"'), /:6: .*upgrade" is "yes": write true or false/],
  [
    'a number in quotes',
    top('limits: { requests: "5" }'),
    /:1: "limits.requests" is "5": write a whole number/,
  ],
  [
    'a number out of bounds',
    top('limits: { requests: 0 }'),
    /:1: "limits.requests" is 0: write a whole number from 1/,
  ],
  [
    'an address without a port',
    top('listen: 127.0.0.1'),
    /:1: "listen" is "127.0.0.1": write a host and a port/,
  ],
  ['a port that does not exist', top('listen: 127.0.0.1:70000'), /:1: "listen" has the port 70000/],
  ['one port for two listeners', top('admin: 0.0.0.0:8080'), /"admin" and "listen" have the port 8080/],
  [
    'a secret in the file',
    top('signingKey: "{}"'),
    /:1: "signingKey" is written here: write \{ env: NAME \}/,
  ],
  ['a secret from two places', top('signingKey: { env: A, file: b }'), /:1: "signingKey" has both or none/],
  ['a secret from nowhere', top('signingKey: {}'), /:1: "signingKey" has both or none/],
  ['a variable within a text', top('signingKey: { env: $A }'), /:1: "signingKey.env" is "\$A"/],
  ['a variable that is not set', top('signingKey: { env: KEY }'), /:1: .*"KEY", which is not set: set it/],
  ['a variable that every object has', top('signingKey: { env: constructor }'), /which is not set/],
  [
    'a file that is not there',
    top('signingKey: { file: none.json }'),
    /:1: .*"none.json", which cannot be read \(ENOENT\)/,
  ],
  ['a file that is a folder', top('signingKey: { file: / }'), /:1: .*which is not a file/],
  [
    'no signing key for others',
    least.replace('http://localhost:8080', 'https://notes.example'),
    /:1: "signingKey" is missing: make a key with/,
  ],
  [
    'stores of two kinds',
    top('stores: { redis: { url: { env: A } }, postgres: { url: { env: A } } }'),
    /two members/,
  ],
  ['stores of no kind', top('stores: {}'), /"stores" is empty/],
  [
    'an Envoy elsewhere',
    top('extAuthz: { listen: "10.0.0.1:1", secret: { env: A } }'),
    /:1: .*not an address of this machine/,
  ],
])('a mistake is named with its line, value and remedy: %s', (_, text, message) => {
  expect(messageOf(text)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
})

test('errors show nothing of a secret', () => {
  const secret = 'hunter2'
  for (const member of ['signingKey', 'assertionKey', 'previousKeys', 'personHashKey'])
    expect(messageOf(top(`${member}: { env: SECRET }`), { SECRET: secret })).not.toContain(secret)
  expect(
    messageOf(top('forwardAuth: { listen: "127.0.0.1:1", secret: { env: SECRET } }'), { SECRET: secret }),
  ).toBe(
    'gateway.yaml:1: "forwardAuth.secret" is not 32 to 256 letters, digits and "-._~": make one with `openssl rand -hex 32`',
  )
})

test('keys come from files beside the configuration and from variables', () => {
  const folder = folderOf({ 'signing.json': `${keyText('Ed25519')}\n`, 'key.json': keyText('ES256') })
  const { resource, assertionKey, warnings } = readConfiguration(
    top('signingKey: { file: signing.json }\nassertionKey: { file: key.json }\npersonHashKey: { env: HASH }'),
    join(folder, 'gateway.yaml'),
    { HASH: 'ab'.repeat(32) },
  )
  expect(resource.signingKey).toMatchObject({ kid: 'Ed25519' })
  expect(resource.observe?.personHashKey).toEqual(new Uint8Array(32).fill(0xab))
  expect(assertionKey).toMatchObject({ kid: 'ES256' })
  expect(warnings).toEqual([])
})

test('a key in base64url is read from a variable', () => {
  const KEY = Buffer.from(keyText('Ed25519')).toString('base64url')
  expect(read(top('signingKey: { env: KEY }'), { KEY }).resource.signingKey).toMatchObject({ kid: 'Ed25519' })
})

test('a file that others can read is warned of', () => {
  const folder = folderOf({ 'key.json': keyText('Ed25519') }, 0o644)
  const { warnings } = readConfiguration(
    top('signingKey: { file: key.json }'),
    join(folder, 'gateway.yaml'),
    {},
  )
  expect(warnings).toEqual([
    '"signingKey" names "key.json", which other users of this machine can read: give it mode 0600',
  ])
})

test('one key for assertions and for the API is refused, whatever its name', () => {
  const key = keyText('ES256')
  const other = JSON.stringify({ ...JSON.parse(key), kid: 'another' })
  const text = top('assertionKey: { env: KEY }\nsigningKey: { env: OTHER }')
  expect(messageOf(text, { KEY: key, OTHER: other })).toMatch(/:1: "assertionKey" is also a key of the API/)
  const published = top('assertionKey: { env: KEY }\npreviousKeys: { env: OTHER }')
  expect(messageOf(published, { KEY: key, OTHER: `{"keys":[${other}]}` })).toMatch(/is also a key of the API/)
  expect(messageOf(text, { KEY: keyText('Ed25519'), OTHER: other })).toMatch(/not a key for ES256/)
})

test('a key of a development world is refused', () => {
  const KEY = JSON.stringify({ ...JSON.parse(keyText('Ed25519')), aauth_dev: true })
  expect(messageOf(top('signingKey: { env: KEY }'), { KEY })).toMatch(/a key of a development world/)
})

test('trust may be missing in a development world', () => {
  const text = least.replace(/trust.*/, '')
  expect(read(text, { AAUTH_DEV: 'http://localhost:4400' }).resource.issuer).toBe('http://localhost:8080')
})

test('what only the reverse proxy can do is warned of where others ask', () => {
  const SECRET = 'x'.repeat(32)
  const { warnings } = read(
    top('forwardAuth: { listen: "127.0.0.1:1", secret: { env: SECRET } }').replace(
      'scope: notes.read',
      'scope: notes.read, upgrade: true, addPrefix: /v1',
    ),
    { SECRET },
  )
  expect(warnings).toEqual([
    expect.stringContaining('"upgrade", which works in the reverse proxy only'),
    expect.stringContaining('changes the target'),
    expect.stringContaining('"digest: buffer"'),
  ])
})

test('an administration that others can reach is warned of', () => {
  expect(read(top('admin: 0.0.0.0:9090')).warnings).toEqual([
    expect.stringContaining('"admin" listens on 0.0.0.0'),
  ])
  expect(read(top('admin: false')).admin).toBeUndefined()
})

test.each([
  ...['managed', 'sealingKeys', 'sessions', 'hold', 'interaction', 'pending'].map((name) => [
    `${least}\n${name}: {}\n`,
    `"${name}" is not a setting of the configuration`,
  ]),
  ...['sessions', 'hold', 'perCall', 'requireInteraction'].map((name) => [
    least.replace('scope: notes.read', `scope: notes.read, ${name}: true`),
    `"${name}" is not a setting of a route`,
  ]),
  ...['forwardAuth', 'extAuthz'].map((door) => [
    `${least}\n${door}: { listen: "127.0.0.1:9000", secret: "${'s'.repeat(32)}", sessions: true }\n`,
    `"sessions" is not a setting of "${door}"`,
  ]),
  [`${least}\naccessMode: session-token\n`, '"accessMode" is "session-token"'],
])('resource-managed access is refused with what to do instead: %j', (text, message) => {
  expect(messageOf(text)).toContain(
    `${message}: a gateway gives no sessions, holds no calls and asks no persons. Leave it out, and let the upstream do so`,
  )
})
