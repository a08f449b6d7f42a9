import { standingOf } from '@aauth-guard/core/adapter'
import type { Exchange } from '../guard/exchange.ts'
import { isObject } from '../message/read-message.ts'
import type { Entry } from '../tables/entry.ts'
import { resourceEntry, type Tables, templateEntry } from '../tables/tables.ts'

type Lookup = (tables: Tables, item: Readonly<Record<string, unknown>>) => Entry | undefined

/** The lists that results may have: how an item names its entry. */
const lists: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  ['tools', ({ tools }, { name }) => (typeof name === 'string' ? tools.get(name) : undefined)],
  ['prompts', ({ prompts }, { name }) => (typeof name === 'string' ? prompts.get(name) : undefined)],
  ['resources', (tables, { uri }) => (typeof uri === 'string' ? resourceEntry(tables, uri) : undefined)],
  [
    'resourceTemplates',
    (tables, { uriTemplate }) =>
      typeof uriTemplate === 'string' ? templateEntry(tables, uriTemplate) : undefined,
  ],
])
/** The list that the result of a method is. */
const listOf: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
])

/**
 * A result with what the caller may see of its list. A list is a courtesy: each call is decided by itself.
 *
 * @param method of the request; `undefined` where a stream repeats results of requests that are long answered, which are
 * known by their shape
 */
export async function shownTo(
  exchange: Exchange,
  method: string | undefined,
  result: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const names = method === undefined ? [...lists.keys()] : [listOf.get(method)]
  let shown = result
  for (const name of names) {
    const items = name === undefined ? undefined : result[name]
    if (name === undefined || !Array.isArray(items)) continue
    shown = { ...shown, [name]: await filtered(exchange, lists.get(name) as Lookup, items) }
    // A list that was made for one caller must not be kept for others.
    if (exchange.admission.isModern) shown = { ...shown, cacheScope: 'private' }
  }
  if (Object.hasOwn(shown, 'cacheScope')) shown = { ...shown, cacheScope: 'private' }
  return shown
}

async function filtered(exchange: Exchange, lookup: Lookup, items: readonly unknown[]): Promise<unknown[]> {
  const shown: unknown[] = []
  const { tables } = exchange.shared
  for (const item of items) {
    const entry = isObject(item) ? lookup(tables, item) : undefined
    if (entry !== undefined && (await isShown(exchange, tables, entry))) shown.push(item)
  }
  return shown
}

async function isShown({ auth, admission }: Exchange, { list }: Tables, entry: Entry): Promise<boolean> {
  if (list === 'all' && !entry.hidden) return true
  if (auth === undefined) {
    const { caller } = admission
    return (
      caller.type === 'other' &&
      entry.alternative !== undefined &&
      entry.scopes.every((scope) => caller.scopes.includes(scope))
    )
  }
  const standing = await standingOf(
    auth,
    entry.requirement('', { digest: false, method: false, name: false }),
  )
  return standing === 'granted' || (list === 'grantable' && standing === 'grantable' && !entry.hidden)
}
