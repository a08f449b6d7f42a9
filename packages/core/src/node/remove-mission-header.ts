import type { IncomingMessage } from 'node:http'
import { signedRequest } from './signed-request.ts'

const name = 'aauth-mission'

/**
 * Takes `AAuth-Mission` from a message that a guard let pass, in every form that Node keeps: it is only what the agent
 * asserts, and applications must not read it in place of the verified mission (MISS-13). Guards behind still know
 * it.
 */
export function removeMissionHeader(message: IncomingMessage): void {
  // As it crossed the wire, whatever became of `headers` since; the next guard still reads it there.
  if (signedRequest(message).header(name).length === 0) return
  const { headers, rawHeaders } = message
  // Node makes it of `rawHeaders` when it is first read, and counts on their number. HTTP/2 has none.
  const { headersDistinct = {} } = message
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2)
    if (rawHeaders[i]?.toLowerCase() === name) rawHeaders.splice(i, 2)
  delete headers[name]
  delete headersDistinct[name]
}
