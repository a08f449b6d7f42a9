import { readFileSync } from 'node:fs'
import type { Requirement, ResourceOptions, TokenKind } from '@aauth-guard/core'
import type { Place } from '../fleet/open-stores.ts'
import { readAccounts } from './accounts.ts'
import { present, record, refuseUnknown } from './json-members.ts'
import { refuseManaged } from './managed/refuse-managed.ts'
import { readManaged } from './managed/resource-members.ts'
import { type RouteManaged, readRouteManaged } from './managed/route-members.ts'
import { readMissionStatus } from './mission-status.ts'

/** A route of the target and what it requires, as JSON can say it. */
export interface TargetRoute {
  /** Compared with the path of a request as it is: no pattern, no case folding. */
  readonly path: string
  readonly require: Requirement<TokenKind>
  /** How access to the route is managed, if it is. */
  readonly managed?: RouteManaged
}

/** The configuration file. A member that is absent, or `null`, means the default. */
export interface TargetConfig {
  readonly adapter: (typeof adapters)[number]
  readonly port: number
  /** Identifier → where it is dialled, `http://HOST:PORT`. */
  readonly origins: Readonly<Record<string, string>>
  readonly routes: readonly TargetRoute[]
  /** Where the state is that several targets share; the memory of the process if it is absent. */
  readonly stores: Place | undefined
  /** The other members are options of `createResource` by their own names. */
  readonly resource: ResourceOptions
}

const adapters = ['express', 'koa', 'fastify', 'hono', 'fetch', 'gateway', 'nginx', 'caddy'] as const
const ownMembers = ['adapter', 'port', 'origins', 'routes', 'missionStatus', 'stores', 'managed']
/** Those that JSON can express. */
const resourceMembers = [
  'issuer',
  'trust',
  'authorities',
  'strippedPrefix',
  'cors',
  'scopes',
  'defaultScope',
  'accessServer',
  'acceptPersonServerTokens',
  'generations',
  'signingKey',
  'publishedKeys',
  'accessMode',
  'accounts',
  'revocationDelegates',
  'legacyPersonTokenJti',
  'claims',
  'signatureWindow',
  'additionalSignatureComponents',
  'otherSignatureSchemes',
  'replay',
  'require',
  'maxAgentTokenLifetime',
  'metadata',
  'limits',
]

/** Reads and checks the file; the values of options are checked by `createResource`. @throws {TypeError} */
export function readConfig(file: string): TargetConfig {
  const config = record(JSON.parse(readFileSync(file, 'utf8')), 'the configuration')
  refuseUnknown(config, [...ownMembers, ...resourceMembers], 'the configuration')
  const given = present(config)
  const { adapter = 'express', port = 0, origins = {}, routes = [], missionStatus, stores, managed } = given
  const known = adapters.find((name) => name === adapter)
  if (known === undefined)
    throw new TypeError(`adapter "${String(adapter)}" does not exist; there is ${adapters.join(', ')}`)
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError('"port" must be 0 to 65535')
  if (!Array.isArray(routes)) throw new TypeError('"routes" must be a list')
  const read = routes.map(readRoute)
  refuseManaged({ adapter: known, managed, stores, routes: read, generations: given.generations })
  return {
    adapter: known,
    port,
    origins: readOrigins(origins),
    routes: read,
    stores: stores === undefined ? undefined : readPlace(stores),
    resource: {
      ...readOptions(given),
      ...(missionStatus !== undefined && { missions: readMissionStatus(missionStatus) }),
      ...(managed !== undefined && { managed: readManaged(managed, given.issuer) }),
    },
  }
}

function readOptions(given: Record<string, unknown>): ResourceOptions {
  const options = Object.entries(given).filter(([name]) => resourceMembers.includes(name))
  const accounts = given.accounts === undefined ? {} : { accounts: readAccounts(given.accounts) }
  return { ...Object.fromEntries(options), ...accounts } as unknown as ResourceOptions
}

function readOrigins(value: unknown): Record<string, string> {
  const origins = record(value, '"origins"')
  for (const [identifier, origin] of Object.entries(origins)) {
    if (typeof origin !== 'string' || !/^http:\/\/[^/?#]+\/?$/.test(origin) || !URL.canParse(origin))
      throw new TypeError(`"origins" must say http://HOST:PORT for ${identifier}`)
  }
  return origins as Record<string, string>
}

function readRoute(value: unknown): TargetRoute {
  const route = record(value, 'a route')
  refuseUnknown(route, ['path', 'require', 'managed'], 'a route')
  const { path, require: requirement = {}, managed } = present(route)
  if (typeof path !== 'string' || !/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/.test(path))
    throw new TypeError('"path" of a route must start with / and hold no query, fragment or space')
  return {
    path,
    require: record(requirement, '"require"') as Requirement<TokenKind>,
    ...(managed !== undefined && { managed: readRouteManaged(managed) }),
  }
}

function readPlace(value: unknown): Place {
  const given = record(value, '"stores"')
  refuseUnknown(given, ['redis', 'prefix', 'postgres', 'schema'], '"stores"')
  const place = present(given)
  for (const [name, text] of Object.entries(place))
    if (typeof text !== 'string') throw new TypeError(`"${name}" of "stores" must be a text`)
  const { redis, prefix, postgres, schema } = place as Record<string, string | undefined>
  if (redis !== undefined && postgres === undefined && schema === undefined) return { redis, prefix }
  if (postgres !== undefined && redis === undefined && prefix === undefined) return { postgres, schema }
  throw new TypeError('"stores" must have "redis" and perhaps "prefix", or "postgres" and perhaps "schema"')
}
