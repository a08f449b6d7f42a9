import type { IncomingMessage, ServerResponse } from 'node:http'
import { AAuthError, type Resource } from '@aauth-guard/core'
import { bufferContent, passPreflight, removeHeaders, signedRequest } from '@aauth-guard/core/node'
import type { AAuthInfo } from '../auth-info.ts'
import type { Exchange } from '../guard/exchange.ts'
import { McpGuard } from '../guard/mcp-guard.ts'
import { refusalAnswer } from '../guard/refusals.ts'
import type { McpOptions } from '../options.ts'
import { serveExchange, toResponse } from '../outgoing/serve.ts'
import { withheld } from '../withheld.ts'
import { Intercepted } from './intercepted.ts'

/** A message that the middleware passed on. */
export interface PassedMessage extends IncomingMessage {
  auth?: AAuthInfo
  /** The message that was decided; pass it to the transport. */
  body?: unknown
}

export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Middleware in front of a server that writes to Node's responses. */
export function protectNode(resource: Resource, options: McpOptions): NodeHandler {
  const guard = new McpGuard(resource, options)
  const handle = async (
    message: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => {
    const request = signedRequest(message)
    if (passPreflight(resource, { message, response, request })) return next()
    const intercepted = new Intercepted(response)
    let exchange: Exchange
    try {
      exchange = await guard.accept({ request, readContent: (limit) => contentOf(message, limit) })
    } catch (error) {
      return intercepted.send(toResponse(await refusalAnswer(error, guard.shared.takesOther)))
    }
    const answered = serveExchange(exchange, () => {
      passOn(message, exchange)
      next()
      return intercepted.written
    })
    // Without an answer the client went away, and there is nobody to tell.
    const answer = await answered.catch(() => undefined)
    if (answer !== undefined) await intercepted.send(answer)
    exchange.end()
  }
  return (message, response, next) => {
    handle(message, response, next).catch(next)
  }
}

function passOn(message: PassedMessage, { admission, authInfo }: Exchange): void {
  removeHeaders(message, withheld)
  for (const [name, value] of Object.entries(admission.headers)) {
    message.headers[name] = value
    const { rawHeaders } = message
    for (let i = 0; i + 1 < rawHeaders.length; i += 2)
      if (rawHeaders[i]?.toLowerCase() === name) rawHeaders[i + 1] = value
  }
  message.auth = authInfo
  message.body = admission.message
}

/** The content, taken from the message: a transport that is not given `body` finds nothing to parse again. */
async function contentOf(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  const content = await bufferContent(message, limit)
  if (content === undefined) {
    const hint =
      'a body parser has read the content before protectMcp: mount protectMcp before express.json()'
    throw new AAuthError('server_error', { hint, permanent: true })
  }
  for (let part: unknown = message.read(); part !== null; part = message.read());
  message.resume()
  return content
}
