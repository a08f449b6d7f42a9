import type { Resource } from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import type { ListMode, McpOptions, McpRequirement, McpTool } from '../options.ts'
import { Entry } from './entry.ts'
import { isCanonical, matches, overlap, readPattern, type UriPattern } from './uri-template.ts'

/** What the tables of one server say, checked. */
export interface Tables {
  readonly list: ListMode
  readonly connect: Entry
  readonly tools: ReadonlyMap<string, Entry>
  readonly prompts: ReadonlyMap<string, Entry>
  readonly methods: ReadonlyMap<string, Entry>
  readonly resources: readonly ResourceEntry[]
  /** Whether some tool accepts calls without a digest. */
  readonly hasUnsignedArguments: boolean
}

export interface ResourceEntry {
  readonly pattern: UriPattern
  readonly entry: Entry
}

const anyKind: McpRequirement = { accept: ['agent-token', 'person-token', 'auth-token'] }
/** Drafts 01 to 10 have no person tokens. */
const anyOlderKind: McpRequirement = { accept: ['agent-token', 'auth-token'] }
/** Methods that stand for an entry of a table, so that `methods` could only contradict it. */
const ofTables: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'tools'],
  ['prompts/get', 'prompts'],
  ['resources/read', 'resources'],
  ['resources/subscribe', 'resources'],
  ['resources/unsubscribe', 'resources'],
  ['completion/complete', 'prompts'],
  ['tasks/get', 'tools'],
  ['tasks/result', 'tools'],
  ['tasks/cancel', 'tools'],
  ['tasks/update', 'tools'],
])

/** @throws {TypeError} for a table that would not have the effect its author expects */
export function compileTables(resource: Resource, options: McpOptions): Tables {
  const make = (table: string, key: string, given: McpTool): Entry => {
    try {
      assertHasEffect(table, given)
      const entry = new Entry(key, given)
      validateRequirement(resource, entry.requirement('', { digest: true, method: true, name: true }))
      return entry
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const where = table === 'connect' ? '"connect"' : `"${table}" of protectMcp, "${key}"`
      throw new TypeError(`${where}: ${error.message}`, { cause: error })
    }
  }
  const connecting = (): Entry => {
    if (options.connect !== undefined) return make('connect', 'connect', options.connect)
    try {
      return make('connect', 'connect', anyKind)
    } catch {
      return make('connect', 'connect', anyOlderKind)
    }
  }
  const table = (name: 'tools' | 'prompts' | 'methods'): ReadonlyMap<string, Entry> =>
    new Map(entriesOf(options[name], name).map(([key, given]) => [key, make(name, key, given)]))
  const methods = table('methods')
  for (const method of methods.keys()) {
    const owner = ofTables.get(method)
    if (owner !== undefined)
      throw new TypeError(`"methods" contains "${method}", which the table "${owner}" decides: leave it out`)
  }
  const tools = table('tools')
  return Object.freeze({
    list: options.list ?? 'grantable',
    connect: connecting(),
    tools,
    prompts: table('prompts'),
    methods,
    resources: disjoint(
      entriesOf(options.resources, 'resources').map(([key, given]) => ({
        pattern: readPattern(key),
        entry: make('resources', key, given),
      })),
    ),
    hasUnsignedArguments: [...tools.values()].some(({ unsignedArguments }) => unsignedArguments),
  })
}

/** The members that entries of a table have beside a requirement. Types say the same; not everybody has them. */
const membersOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['tools', ['hidden', 'tool', 'unsignedArguments']],
  ['prompts', ['hidden']],
  ['resources', ['hidden']],
])

/** @throws {TypeError} for a member that only entries of another table have */
function assertHasEffect(table: string, given: McpTool): void {
  for (const name of ['hidden', 'tool', 'unsignedArguments'])
    if (Object.hasOwn(Object(given), name) && membersOf.get(table)?.includes(name) !== true)
      throw new TypeError(`"${name}" has no effect here: leave it out`)
}

/** The entry of a resource; `undefined` also for a URI that a server would read as another one. */
export function resourceEntry({ resources }: Tables, uri: string): Entry | undefined {
  const literal = resources.find(({ pattern }) => !pattern.isTemplate && pattern.text === uri)
  if (literal !== undefined) return literal.entry
  if (!isCanonical(uri)) return undefined
  return resources.find(({ pattern }) => pattern.isTemplate && matches(pattern, uri))?.entry
}

/** The entry of a template that is named as a template, in lists and completions. */
export function templateEntry({ resources }: Tables, template: string): Entry | undefined {
  return resources.find(({ pattern }) => pattern.text === template)?.entry
}

function entriesOf<T extends McpRequirement>(
  given: Readonly<Record<string, T>> | undefined,
  name: string,
): [string, T][] {
  if (given === undefined) return []
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`"${name}" of protectMcp is not an object: write { 'a.name': { scope: 'a.scope' } }`)
  return Object.entries(given)
}

/** @throws {TypeError} for two entries that fit one URI: which requirement holds would depend on their order */
function disjoint(entries: readonly ResourceEntry[]): readonly ResourceEntry[] {
  for (const [index, one] of entries.entries()) {
    const other = entries.slice(index + 1).find(({ pattern }) => overlap(one.pattern, pattern))
    if (other !== undefined)
      throw new TypeError(
        `"resources" contains "${one.pattern.text}" and "${other.pattern.text}", which fit the same URIs: make them disjoint`,
      )
  }
  return entries
}
