import { type CallMessage, isObject, stringParam } from '../message/read-message.ts'
import type { Entry } from './entry.ts'
import { resourceEntry, type Tables, templateEntry } from './tables.ts'

/** What a message needs: entries whose requirements all hold, or why it is denied, for the operator. */
export type Needs = { readonly entries: readonly Entry[] } | { readonly denied: string }

/** Methods that touch no entry of a table. */
const open: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'subscriptions/listen',
  'tasks/list',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
])
/** Resources that one `subscriptions/listen` may name. */
const maxSubscribed = 64

/** From what a message calls to what it requires. Tasks are looked up by their owner, not here. */
export function entriesFor(tables: Tables, message: CallMessage): Needs {
  const { method } = message
  switch (method) {
    case 'tools/call':
      return found(tables.tools, 'tool', stringParam(message, 'name'))
    case 'prompts/get':
      return found(tables.prompts, 'prompt', stringParam(message, 'name'))
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return ofResource(tables, stringParam(message, 'uri'))
    case 'completion/complete':
      return ofReference(tables, message)
    case 'subscriptions/listen':
      return ofSubscription(tables, message)
    default:
      return ofMethod(tables, method)
  }
}

function ofMethod({ methods, connect }: Tables, method: string): Needs {
  const own = methods.get(method)
  if (own !== undefined) return { entries: [own] }
  if (open.has(method)) return { entries: [connect] }
  return { denied: `the method ${JSON.stringify(method.slice(0, 128))} is not listed: add it to "methods"` }
}

function found(table: ReadonlyMap<string, Entry>, what: string, name: string | undefined): Needs {
  const entry = name === undefined ? undefined : table.get(name)
  return entry === undefined ? unlisted(what, name) : { entries: [entry] }
}

function ofResource(tables: Tables, uri: string | undefined): Needs {
  const entry = uri === undefined ? undefined : resourceEntry(tables, uri)
  return entry === undefined ? unlisted('resource', uri) : { entries: [entry] }
}

/** A completion counts as the prompt or resource that it completes. */
function ofReference(tables: Tables, { params }: CallMessage): Needs {
  const ref = params?.ref
  if (!isObject(ref)) return unlisted('completion', undefined)
  if (ref.type === 'ref/prompt')
    return found(tables.prompts, 'prompt', typeof ref.name === 'string' ? ref.name : undefined)
  if (ref.type !== 'ref/resource' || typeof ref.uri !== 'string') return unlisted('completion', undefined)
  const entry = templateEntry(tables, ref.uri) ?? resourceEntry(tables, ref.uri)
  return entry === undefined ? unlisted('resource', ref.uri) : { entries: [entry] }
}

/** A subscription counts as each resource that it names. */
function ofSubscription(tables: Tables, message: CallMessage): Needs {
  const own = ofMethod(tables, message.method)
  const filter = message.params?.notifications
  const uris: unknown = isObject(filter) ? (filter.resourceSubscriptions ?? []) : []
  if ('denied' in own || !Array.isArray(uris) || uris.length > maxSubscribed)
    return unlisted('subscription', undefined)
  const entries = [...own.entries]
  for (const uri of new Set<unknown>(uris)) {
    const needs = ofResource(tables, typeof uri === 'string' ? uri : undefined)
    if ('denied' in needs) return needs
    entries.push(...needs.entries)
  }
  return { entries: [...new Set(entries)] }
}

function unlisted(what: string, name: string | undefined): Needs {
  const shown = name === undefined ? 'that is named' : JSON.stringify(name.slice(0, 128))
  return { denied: `the ${what} ${shown} is in no table of protectMcp: add it, or leave it denied` }
}
