import type { ServerResponse } from 'node:http'
import { privateFields } from '../wire/private-fields.ts'

/**
 * Keeps shared caches from storing an answer, unless the handler said what they may do.
 * @param fields default those of routes that take AAuth alone
 */
export function keepPrivate(res: ServerResponse, fields: typeof privateFields = privateFields): void {
  for (const [name, value] of fields) if (!res.hasHeader(name)) res.setHeader(name, value)
}

/** What a handler set before it was refused describes content that is not sent. */
export function dropRepresentation(res: ServerResponse): void {
  if (res.headersSent) return
  for (const name of ['content-encoding', 'content-range', 'etag', 'last-modified']) res.removeHeader(name)
}

/**
 * Sets fields of whatever is answered from here on, in place of those of the handler.
 * @param fieldsOf called when the header is sent
 */
export function setLast(res: ServerResponse, fieldsOf: () => typeof privateFields): void {
  const end = res.end.bind(res) as (...given: unknown[]) => ServerResponse
  const writeHead = res.writeHead.bind(res) as (...given: unknown[]) => ServerResponse
  const set = (): ReadonlySet<unknown> => {
    const fields = res.headersSent ? [] : fieldsOf()
    for (const [name, value] of fields) res.setHeader(name, value)
    return new Set(fields.map(([name]) => name))
  }
  res.writeHead = ((...given: unknown[]) => {
    const names = set()
    return writeHead(...given.map((one) => without(one, names)))
  }) as typeof res.writeHead
  // Over HTTP/2 it sends the header of an answer without content past `writeHead`.
  res.end = ((...given: unknown[]) => {
    set()
    return end(...given)
  }) as typeof res.end
}

const ofContent: ReadonlySet<unknown> = new Set(['content-length', 'content-type'])

/** Keeps the headers of whatever is answered from here on and drops its content, also past the framework. */
export function sendNoContent(res: ServerResponse): void {
  const end = res.end.bind(res) as () => ServerResponse
  const writeHead = res.writeHead.bind(res) as (...given: unknown[]) => ServerResponse
  const drop = (): void => {
    if (!res.headersSent) for (const name of ofContent) res.removeHeader(name as string)
  }
  res.write = () => true
  // A client waits for content whose length it was told, and takes the next answer for it.
  res.writeHead = ((...given: unknown[]) => {
    drop()
    return writeHead(...given.map((one) => without(one, ofContent)))
  }) as typeof res.writeHead
  res.end = () => {
    drop()
    return end()
  }
}

/** Header fields as `writeHead` takes them: an object, or names and values in one list. Anything else stays as it is. */
function without(given: unknown, names: ReadonlySet<unknown>): unknown {
  if (typeof given !== 'object' || given === null) return given
  const isKept = (name: unknown): boolean => !names.has(String(name).toLowerCase())
  if (Array.isArray(given))
    return given.filter((one, at) => isKept(Array.isArray(one) ? one[0] : given[at - (at % 2)]))
  return Object.fromEntries(Object.entries(given).filter(([name]) => isKept(name)))
}
