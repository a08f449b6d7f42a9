import type { Answer } from '@aauth-guard/core'
import type { GatewayRefusal } from '../decide/refusal.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyState } from './proxy-state.ts'

/** Octets of content that are read and dropped behind an answer, so that the agent gets it before the connection closes. */
const droppedContent = 16_777_216

/** Sends an answer of the gateway. Content that the agent still sends is dropped. */
export function sendAnswer(exchange: Exchange, { status, headers, body }: Answer): void {
  const { response } = exchange
  if (exchange.hasEnded || exchange.isAnswered) return
  if (response.headersSent) {
    exchange.cut()
    return
  }
  dropContent(exchange)
  const lines = { ...headers, 'content-length': Buffer.byteLength(body) }
  // To an agent that waits for 100, Node closes the connection: whether content follows, nobody could tell.
  response.writeHead(status, lines)
  response.end(body)
  exchange.answered()
}

export function sendRefusal(
  state: ProxyState,
  exchange: Exchange,
  { code, hint, answer }: GatewayRefusal,
  route?: string,
): void {
  const path = exchange.target.split('?', 1)[0] ?? ''
  state.log({ code, hint, method: exchange.method, path, route })
  sendAnswer(exchange, answer)
}

/** Reads the rest of the content and drops it; Node would do so by itself, however much it is. */
export function dropContent({ message }: Exchange): void {
  let dropped = 0
  message.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > droppedContent) message.socket.destroy()
  })
}
