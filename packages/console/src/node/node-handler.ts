import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Console } from '../console.ts'

/** Answers one request. Also a middleware of Express, which never calls `next`. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => void

/**
 * Serves a console on Node: in Express by `app.use('/console', nodeHandler(console))`, in Koa and Fastify with their raw
 * messages, or in `node:http` itself. `allow` gets the `IncomingMessage` as its second argument, with what your session
 * middleware put on it. A reader that does not read loses its connection.
 *
 * Reads the path from `originalUrl` if a framework sets it, since it must know whether the client sent the slash behind the
 * mount path.
 *
 * @example
 * ```ts
 * import { createConsole } from '@aauth-guard/console'
 * import { nodeHandler } from '@aauth-guard/console/node'
 * import { createResource } from '@aauth-guard/core'
 * import express from 'express'
 *
 * declare function isOperator(cookie: string | null): Promise<boolean>
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * const console = createConsole({ resource, allow: (request) => isOperator(request.headers.get('cookie')) })
 * express().use('/console', nodeHandler(console))
 * ```
 */
export function nodeHandler(console: Console): NodeHandler {
  return (req, res) => {
    const request = requestOf(req)
    if (request === undefined) {
      res.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      res.end('The request is malformed.\n')
      return
    }
    console
      .handle(request, req)
      .then((response) => send(res, response))
      .catch(() => res.destroy())
  }
}

/** The request as a `Request`; `undefined` if its target or its host is not one of a URL. */
function requestOf(req: IncomingMessage & { readonly originalUrl?: string }): Request | undefined {
  const { method = '', rawHeaders, originalUrl, url = '' } = req
  const target = originalUrl ?? url
  const authority = req.headers[':authority'] ?? req.headers.host
  if (!target.startsWith('/') || typeof authority !== 'string') return undefined
  try {
    const headers = new Headers()
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
      if (!name.startsWith(':')) headers.append(name, value)
    }
    if (!headers.has('host')) headers.set('host', authority)
    const base = new URL(`http://${authority}/`)
    if (base.href !== `http://${base.host}/`) return undefined
    // A Request can have neither content nor methods such as TRACE, and the console answers all of those with 405.
    const isSafe = method === 'GET' || method === 'HEAD'
    return new Request(`${base.origin}${target}`, { method: isSafe ? method : 'POST', headers })
  } catch {
    return undefined
  }
}

async function send(res: ServerResponse, { status, headers, body }: Response): Promise<void> {
  if (res.destroyed) {
    await body?.cancel()
    return
  }
  res.writeHead(status, Object.fromEntries(headers))
  if (body === null) {
    res.end()
    return
  }
  res.flushHeaders()
  await writeAll(res, body.getReader())
}

/** Writes as fast as the client reads, and ends the connection when the stream fails. */
async function writeAll(res: ServerResponse, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const { promise: closed, resolve: onClose } = withResolvers()
  res.on('close', onClose)
  res.on('error', onClose)
  // Also while nothing is read, since the client does not read either.
  reader.closed.catch(() => res.destroy())
  closed.then(() => reader.cancel()).catch(() => undefined)
  for (;;) {
    const { done, value } = await reader.read()
    if (res.destroyed) return
    if (done) {
      res.end()
      return
    }
    if (res.write(value)) continue
    const { promise: drained, resolve: onDrain } = withResolvers()
    res.once('drain', onDrain)
    await Promise.race([drained, closed])
    res.off('drain', onDrain)
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
