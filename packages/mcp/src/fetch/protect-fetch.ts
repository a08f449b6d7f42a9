import type { Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { fetchRequest, readContent } from '@aauth-guard/core/fetch'
import type { AAuthInfo } from '../auth-info.ts'
import type { Exchange } from '../guard/exchange.ts'
import { McpGuard } from '../guard/mcp-guard.ts'
import { refusalAnswer } from '../guard/refusals.ts'
import type { McpOptions } from '../options.ts'
import { serveExchange, toResponse } from '../outgoing/serve.ts'
import { withheld } from '../withheld.ts'
import { withComponents } from './with-components.ts'

/** A server that answers a request whose caller and content are known. */
export type McpFetch = (
  request: Request,
  options: { readonly authInfo: AAuthInfo; readonly parsedBody?: unknown },
) => Promise<Response>

/**
 * Guards a server that maps `Request` to `Response`. Answers the routes of the resource as well: its metadata, keys,
 * revocations and announcements.
 */
export function protectFetch(
  resource: Resource,
  server: McpFetch,
  options: McpOptions,
): (request: Request) => Promise<Response> {
  const guard = new McpGuard(resource, options)
  return async (request) => {
    const signed = fetchRequest(request)
    const own = await answerRoutes(resource, signed, (limit) => readContent(request, limit))
    if (own !== undefined) return toResponse(withComponents(own))
    let exchange: Exchange
    try {
      exchange = await guard.accept({ request: signed, readContent: (limit) => readContent(request, limit) })
    } catch (error) {
      return toResponse(await refusalAnswer(error, guard.shared.takesOther))
    }
    const run = (cut: AbortSignal): Promise<Response> => {
      const { authInfo } = exchange
      const { message: parsedBody } = exchange.admission
      const passed = passedRequest(request, exchange, cut)
      return server(passed, { authInfo, ...(parsedBody !== undefined && { parsedBody }) })
    }
    return serveExchange(exchange, run, request.signal)
  }
}

/** The request as the server gets it. Its content is made of what was parsed, so that no other parser reads the octets. */
function passedRequest(request: Request, { admission }: Exchange, cut: AbortSignal): Request {
  const { message, headers: changed } = admission
  const headers = new Headers(request.headers)
  for (const name of withheld) headers.delete(name)
  for (const [name, value] of Object.entries(changed)) headers.set(name, value)
  headers.delete('content-length')
  const signal = AbortSignal.any([request.signal, cut])
  const { method, url } = request
  const body = message === undefined ? null : JSON.stringify(message)
  return new Request(url, { method, headers, signal, body })
}
