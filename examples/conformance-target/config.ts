import { readFileSync } from 'node:fs'
import type { Requirement, ResourceOptions, TokenKind } from '@aauth-guard/core'

/** A route of the target and what it requires, as JSON can say it. */
export interface TargetRoute {
  /** Compared with the path of a request as it is: no pattern, no case folding. */
  readonly path: string
  readonly require: Requirement<TokenKind>
}

/** The configuration file. A member that is absent, or `null`, means the default. */
export interface TargetConfig {
  readonly adapter: (typeof adapters)[number]
  readonly port: number
  /** Identifier → where it is dialled, `http://HOST:PORT`. */
  readonly origins: Readonly<Record<string, string>>
  readonly routes: readonly TargetRoute[]
  /** The other members are options of `createResource` by their own names. */
  readonly resource: ResourceOptions
}

const adapters = ['express', 'koa', 'hono', 'fetch'] as const
const ownMembers = ['adapter', 'port', 'origins', 'routes', 'missionStatus']
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
  'signatureWindow',
  'additionalSignatureComponents',
  'replay',
  'maxAgentTokenLifetime',
  'metadata',
  'limits',
]

/** Reads and checks the file; the values of options are checked by `createResource`. @throws {TypeError} */
export function readConfig(file: string): TargetConfig {
  const config = record(JSON.parse(readFileSync(file, 'utf8')), 'the configuration')
  refuseUnknown(config, [...ownMembers, ...resourceMembers], 'the configuration')
  const given = present(config)
  const { adapter = 'express', port = 0, origins = {}, routes = [], missionStatus } = given
  const known = adapters.find((name) => name === adapter)
  if (known === undefined)
    throw new TypeError(`adapter "${String(adapter)}" does not exist; there is ${adapters.join(', ')}`)
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError('"port" must be 0 to 65535')
  if (missionStatus !== undefined)
    throw new TypeError('"missionStatus" must be null: there is no source of mission status')
  if (!Array.isArray(routes)) throw new TypeError('"routes" must be a list')
  return {
    adapter: known,
    port,
    origins: readOrigins(origins),
    routes: routes.map(readRoute),
    resource: Object.fromEntries(
      Object.entries(given).filter(([name]) => resourceMembers.includes(name)),
    ) as unknown as ResourceOptions,
  }
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
  refuseUnknown(route, ['path', 'require'], 'a route')
  const { path, require: requirement = {} } = present(route)
  if (typeof path !== 'string' || !/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/.test(path))
    throw new TypeError('"path" of a route must start with / and hold no query, fragment or space')
  return { path, require: record(requirement, '"require"') as Requirement<TokenKind> }
}

function refuseUnknown(object: Record<string, unknown>, known: readonly string[], what: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is no member of ${what}`)
}

function present(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
  return value as Record<string, unknown>
}
