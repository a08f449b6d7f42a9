import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyRequirement, ResourceOptions } from '@aauth-guard/core'
import { UsageError } from '../command.ts'
import { quotedForTerminal, shown } from '../terminal/shown.ts'

/** How a request is decided. */
export interface VerifyConfig {
  /** Options of `createResource`, without those that reach outside of the process. */
  readonly options: ResourceOptions
  /** What the route requires. */
  readonly requirement: AnyRequirement
  /** What issuers publish, by URL. */
  readonly documents: ReadonlyMap<string, unknown>
  /** Issuers whose keys are known. */
  readonly issuers: readonly string[]
  /** Options that are left out and could have changed the decision. */
  readonly leftOut: readonly string[]
}

type JsonObject = Readonly<Record<string, unknown>>

/** Nothing is fetched, kept or told, and the time is that of the recording. */
const replaced = [
  'fetch',
  'now',
  'onDecision',
  'onEvent',
  'observe',
  'signingKey',
  'publishedKeys',
  'development',
  'log',
]
const outside = ['stores', 'missions', 'recorder']
const wellKnown = ['aauth-agent.json', 'aauth-person.json', 'aauth-access.json']

/** Reads the file that `--config` names. @throws {UsageError} */
export async function readConfig(path: string): Promise<VerifyConfig> {
  const { keys = {}, documents = {}, requirement = {}, ...given } = await load(path)
  const folder = dirname(resolve(path))
  const names = [...replaced, ...outside]
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)))
  const sets = await Promise.all(
    Object.entries(asObject(keys, '"keys"')).map(
      async ([issuer, set]) => [issuer, await readKeys(set, folder, issuer)] as const,
    ),
  )
  const published = sets.flatMap(([issuer, set]) => documentsOf(issuer, set))
  const others = await Promise.all(
    Object.entries(asObject(documents, '"documents"')).map(
      async ([url, document]) =>
        [url, await readDocument(document, folder, `"documents" of ${quotedForTerminal(url)}`)] as const,
    ),
  )
  return {
    options: options as unknown as ResourceOptions,
    requirement: asObject(requirement, '"requirement"'),
    documents: new Map([...published, ...others]),
    issuers: sets.map(([issuer]) => issuer),
    leftOut: outside.filter((name) => given[name] !== undefined),
  }
}

async function load(path: string): Promise<JsonObject> {
  if (extname(path) === '.json') return asObject(await readJson(path, '--config'), '--config')
  try {
    const module: unknown = await import(pathToFileURL(resolve(path)).href)
    return asObject((module as JsonObject).default, 'the default export of --config')
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--config ${quotedForTerminal(path)} cannot be loaded: ${shown(String(error), 256)}`)
  }
}

/** A JWKS, a list of keys, one key, or the path of a file with one of them. */
async function readKeys(given: unknown, folder: string, issuer: string): Promise<object> {
  const name = `"keys" of ${quotedForTerminal(issuer)}`
  const read = await readDocument(given, folder, name)
  if (Array.isArray(read)) return { keys: read }
  const set = asObject(read, name)
  return 'keys' in set ? set : { keys: [set] }
}

async function readDocument(given: unknown, folder: string, name: string): Promise<unknown> {
  return typeof given === 'string' ? readJson(resolve(folder, given), name) : given
}

/** What an issuer with these keys publishes, in whatever role it signs. */
function documentsOf(issuer: string, set: object): readonly (readonly [string, unknown])[] {
  const jwksUri = `${issuer}/.well-known/jwks.json`
  const metadata = { issuer, jwks_uri: jwksUri }
  return [
    ...wellKnown.map((name) => [`${issuer}/.well-known/${name}`, metadata] as const),
    [jwksUri, set] as const,
  ]
}

async function readJson(path: string, name: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new UsageError(
      `${name} names ${quotedForTerminal(path)}, which cannot be read (${code}): name a file`,
    )
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${name} names ${quotedForTerminal(path)}, which is not JSON: save it again`)
  }
}

function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${name} is not an object: aauth verify --help has an example`)
  return value as JsonObject
}
