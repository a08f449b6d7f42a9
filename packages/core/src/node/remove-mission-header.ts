import type { IncomingMessage } from 'node:http'
import { receivedMessage } from './signed-request.ts'

const name = 'aauth-mission'

/**
 * Removes `AAuth-Mission` from a message that a guard accepted, in every form that Node keeps. The header is only an
 * assertion by the agent, and applications must not read it instead of the verified mission (MISS-13). Later guards
 * still read it.
 */
export function removeMissionHeader(message: IncomingMessage): void {
  const received = receivedMessage(message)
  if (received.header(name).length === 0) return
  received.keepLines()
  const { headers, rawHeaders } = message
  // Node makes it from `rawHeaders` on first access and relies on their number, so it is read first. HTTP/2 has none.
  const { headersDistinct = {} } = message
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2)
    if (rawHeaders[i]?.toLowerCase() === name) rawHeaders.splice(i, 2)
  delete headers[name]
  delete headersDistinct[name]
}
