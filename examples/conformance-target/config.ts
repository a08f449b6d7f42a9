import { readFileSync } from 'node:fs'
import type { Requirement, ResourceOptions, TokenKind } from '@aauth-guard/core'

/** A route of the target and what it requires, as JSON can say it. */
export interface TargetRoute {
  readonly path: string
  readonly require?: Requirement<TokenKind>
}

/** The configuration file. Members not listed here are options of `createResource` by their own names. */
export interface TargetConfig {
  readonly adapter: 'express'
  readonly port: number
  /** Identifier → where it is dialled. */
  readonly origins: Readonly<Record<string, string>>
  readonly routes: readonly TargetRoute[]
  readonly resource: ResourceOptions
}

const own = new Set(['adapter', 'port', 'origins', 'routes', 'missionStatus'])
const adapters = ['express']

/** Reads and checks the file; `createResource` checks the options it takes. @throws {TypeError} */
export function readConfig(file: string): TargetConfig {
  const given: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const config = record(given, 'the configuration')
  const { adapter = 'express', port = 0, origins = {}, routes = [], missionStatus = null } = config
  if (!adapters.includes(adapter as string)) {
    throw new TypeError(`adapter "${String(adapter)}" does not exist; there is ${adapters.join(', ')}`)
  }
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    throw new TypeError('"port" must be 0 to 65535')
  }
  if (missionStatus !== null)
    throw new TypeError('"missionStatus" must be null: there is no source of mission status')
  if (!Array.isArray(routes)) throw new TypeError('"routes" must be a list')
  return {
    adapter: 'express',
    port: port as number,
    origins: readOrigins(origins),
    routes: routes.map(readRoute),
    resource: Object.fromEntries(
      Object.entries(config).filter(([name]) => !own.has(name)),
    ) as unknown as ResourceOptions,
  }
}

function readOrigins(value: unknown): Record<string, string> {
  const origins = record(value, '"origins"')
  for (const [identifier, origin] of Object.entries(origins)) {
    if (typeof origin !== 'string' || !URL.canParse(origin))
      throw new TypeError(`"origins" says no URL for ${identifier}`)
  }
  return origins as Record<string, string>
}

function readRoute(value: unknown): TargetRoute {
  const { path, require: requirement, ...rest } = record(value, 'a route')
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new TypeError(`"${unknown}" is no member of a route`)
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw new TypeError('"path" of a route must start with /')
  return requirement === undefined
    ? { path }
    : { path, require: record(requirement, '"require"') as Requirement<TokenKind> }
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
  return value as Record<string, unknown>
}
