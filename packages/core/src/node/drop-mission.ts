import type { IncomingMessage } from 'node:http'
import { signedRequest } from './signed-request.ts'

const name = 'aauth-mission'

/**
 * Takes `AAuth-Mission` from a message that a guard let pass, in every form that Node keeps: it is only what the agent
 * asserts, and applications must not read it in place of the verified mission (matrix MISS-13). Guards behind still know
 * it.
 */
export function dropMission(message: IncomingMessage): void {
  if (message.headers[name] === undefined) return
  // Remembered with the header, for the next guard.
  signedRequest(message)
  // Node makes these of the raw lines when they are first read, and counts on their number. HTTP/2 has no distinct ones.
  const { headers, headersDistinct = {}, rawHeaders } = message
  delete headers[name]
  delete headersDistinct[name]
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2)
    if (rawHeaders[i]?.toLowerCase() === name) rawHeaders.splice(i, 2)
}
