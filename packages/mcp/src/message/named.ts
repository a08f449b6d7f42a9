import type { SignedRequest } from '@aauth-guard/core'
import {
  type CallMessage,
  type ClientMessage,
  headerMismatch,
  isCall,
  isObject,
  MessageFault,
  stringParam,
} from './read-message.ts'

/** What the headers of a request say about its message. */
export interface Named {
  /** `Mcp-Method`. */
  readonly method: string | undefined
  /** `Mcp-Name`, decoded. */
  readonly name: string | undefined
  readonly revision: string | undefined
  readonly session: string | undefined
  readonly lastEvent: string | undefined
  readonly fault: MessageFault | undefined
}

const versionKey = 'io.modelcontextprotocol/protocolVersion'
/** The first revision without sessions, whose requests say in headers what they call. */
const firstModern = '2026-07-28'

/** The member of `params` that `Mcp-Name` repeats. */
const nameSources: ReadonlyMap<string, 'name' | 'uri' | 'taskId'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/result', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])
/** Requests that must have `Mcp-Name` from revision 2026-07-28 on. */
const mustBeNamed: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])

/** What these require depends on the content, or on who made a task, which is compared first. */
const decidedByContent: ReadonlySet<string> = new Set([
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
])

/** Reads each header once; a second line of one is a fault. */
export function readNamed(request: SignedRequest): Named {
  let fault: MessageFault | undefined
  const only = (name: string): string | undefined => {
    const lines = request.header(name)
    if (lines.length > 1) fault ??= mismatch(`there are ${lines.length} lines of "${name}"`)
    return lines[0]
  }
  const encoded = only('mcp-name')
  const name = encoded === undefined ? undefined : decodeName(encoded)
  if (encoded !== undefined && name === undefined) fault ??= mismatch('"mcp-name" is not encoded well')
  return {
    method: only('mcp-method'),
    name,
    revision: only('mcp-protocol-version'),
    session: only('mcp-session-id'),
    lastEvent: only('last-event-id'),
    fault,
  }
}

/** The message that the headers announce, before it is read; `undefined` if they do not say what is called. */
export function announced({ method, name, fault }: Named): CallMessage | undefined {
  if (method === undefined || fault !== undefined || decidedByContent.has(method)) return undefined
  const source = nameSources.get(method)
  if (source === undefined) return { jsonrpc: '2.0', method }
  return name === undefined ? undefined : { jsonrpc: '2.0', method, params: { [source]: name } }
}

/** Whether a message is of revision 2026-07-28 or later, by its headers or by itself. */
export function isModern({ revision }: Named, message: ClientMessage): boolean {
  if (revision !== undefined && revision >= firstModern) return true
  if (!isCall(message)) return false
  const meta = message.params?._meta
  return isObject(meta) && Object.hasOwn(meta, versionKey)
}

/** Compares what the headers say with the message: they decide which tool was signed. */
export function compareNames(named: Named, message: ClientMessage): MessageFault | undefined {
  if (named.fault !== undefined) return named.fault
  if (!isCall(message)) {
    const isNamed = named.method !== undefined || named.name !== undefined
    return isNamed ? mismatch('"mcp-method" and "mcp-name" do not belong to a response') : undefined
  }
  if (named.method !== undefined && named.method !== message.method)
    return mismatch('"mcp-method" differs from the method of the content')
  const name = nameOf(message)
  if (named.name !== undefined && named.name !== name)
    return mismatch('"mcp-name" differs from the name in the content')
  // Notifications have no headers of their own.
  if (message.id === undefined || !isModern(named, message)) return undefined
  if (named.method === undefined) return mismatch('"mcp-method" is missing')
  if (named.name === undefined && name !== undefined && mustBeNamed.has(message.method))
    return mismatch('"mcp-name" is missing')
  return undefined
}

/** The name that a message calls. */
export function nameOf(message: CallMessage): string | undefined {
  const source = nameSources.get(message.method)
  return source === undefined ? undefined : stringParam(message, source)
}

const prefix = '=?base64?'
const suffix = '?='
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text that a header value stands for; `undefined` for an encoding that is not the only one of its text. */
function decodeName(value: string): string | undefined {
  if (!value.startsWith(prefix) || !value.endsWith(suffix) || value.length < prefix.length + suffix.length)
    return value
  const encoded = value.slice(prefix.length, -suffix.length)
  try {
    const binary = atob(encoded)
    if (btoa(binary) !== encoded) return undefined
    return strictUtf8.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

function mismatch(what: string): MessageFault {
  return new MessageFault(headerMismatch, `The headers and the content disagree: ${what}.`)
}
