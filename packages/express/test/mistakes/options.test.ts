import { expect, it } from 'vitest'
import { protect } from '../../src/index.ts'
import { type Build, reading, shown } from './shown.ts'

/** What was written, how the error at start begins (the option and its value), and what it says to do. */
type Row = readonly [mistake: string, options: Record<string, unknown>, fault: string, remedy: string]

it.each<Row>([
  [
    'a trailing slash in the issuer',
    { issuer: 'https://notes.example/' },
    '"issuer" is "https://notes.example/"',
    'remove the trailing slash',
  ],
  [
    'a trailing slash in a trusted server',
    { trust: { personServers: ['https://ps.example/'] } },
    '"trust.personServers" contains "https://ps.example/"',
    'remove the trailing slash',
  ],
  ['no trust', { trust: undefined }, '"trust" is missing', "write 'any', or { agentProviders,"],
  ['trust as *', { trust: '*' }, '"trust" is "*"', "write 'any', or"],
  [
    'trust as a list',
    { trust: ['https://ps.example'] },
    '"trust" is a list',
    "write 'any', or the issuers that you trust in each role, such as { agentProviders: 'any'",
  ],
  [
    'a misspelt role',
    { trust: { agentProvider: 'any' } },
    '"agentProvider" is not an option of "trust"',
    'did you mean "agentProviders"?',
  ],
  [
    'scopes as a list',
    { scopes: ['notes.read'] },
    '"scopes" is a list',
    "write an object that maps scopes to descriptions, such as { 'notes.read': 'Read your notes' }",
  ],
  ['a clock in milliseconds', { now: Date.now }, '"now" returned 1', 'divide Date.now() by 1000'],
  [
    'an unknown option',
    { trustt: 'any' },
    '"trustt" is not an option of createResource',
    'did you mean "trust"?',
  ],
  [
    'an unknown limit',
    { limits: { tombstone: 1 } },
    '"tombstone" is not an option of "limits"',
    'did you mean "tombstones"?',
  ],
  [
    'a signing key that the environment does not hold',
    { signingKey: undefined },
    '"signingKey" of createResource is undefined',
    'leave it out for the default, or give it a value',
  ],
])(
  'an option with a mistake is refused at start, and the error names the remedy: %s',
  async (_, options, fault, remedy) => {
    expectText(await shown(options), fault, remedy)
  },
)

type RouteRow = readonly [
  mistake: string,
  options: Record<string, unknown>,
  build: Build,
  fault: string,
  remedy: string,
]

it.each<RouteRow>([
  [
    'a misspelt scope',
    {},
    (_, resource) => void protect(resource, { scope: 'notes.raed' }),
    '"scope" contains "notes.raed", which "scopes" of the resource does not describe',
    'did you mean "notes.read"?',
  ],
  [
    'a scope that is described nowhere',
    {},
    (_, resource) => void protect(resource, { scope: 'calendar' }),
    '"scope" contains "calendar", which "scopes" of the resource does not describe',
    'add it there',
  ],
  [
    'scopes for scope',
    {},
    (_, resource) => void protect(resource, { scopes: 'notes.read' } as never),
    '"scopes" is not an option of a requirement',
    'did you mean "scope"?',
  ],
  [
    'query for @query',
    {},
    (_, resource) => void protect(resource, { components: ['query'] }),
    '"components" contains "query"',
    'did you mean "@query"?',
  ],
  [
    'several scopes and none by default',
    { scopes: { a: 'A', b: 'B' } },
    (_, resource) => void protect(resource),
    '"scope" of a route is missing, and "scopes" describes several',
    'name the scope of the route, or set "defaultScope"',
  ],
  [
    'the requirement before the resource',
    {},
    (_, resource) => void protect(reading as never, resource as never),
    'the second argument is a resource',
    'write protect(resource, requirement)',
  ],
  [
    'the options in place of the resource',
    {},
    () => void protect({ issuer: 'https://notes.example', trust: 'any' } as never),
    '"resource" contains the options of a resource',
    'pass createResource(options)',
  ],
  [
    'a misspelt option of the guard',
    {},
    (_, resource) => void protect(resource, reading, { passError: true } as never),
    '"passError" is not an option of this guard',
    'did you mean "passErrors"?',
  ],
])(
  'a guard with a mistake is refused at start, and the error names the remedy: %s',
  async (_, options, build, fault, remedy) => {
    expectText(await shown(options, build), fault, remedy)
  },
)

function expectText(text: string, fault: string, remedy: string): void {
  expect([text.slice(0, `TypeError: ${fault}`.length), text]).toEqual([
    `TypeError: ${fault}`,
    expect.stringContaining(`: ${remedy}`),
  ])
}
