import type { IncomingMessage } from 'node:http'
import { receivedMessage } from './signed-request.ts'

/**
 * Removes header fields from a message that a guard accepted, in every form that Node keeps. Later guards, events and
 * evidence still have them.
 *
 * @param names in lower case
 */
export function removeHeaders(message: IncomingMessage, names: readonly string[]): void {
  const received = receivedMessage(message)
  if (names.every((name) => received.header(name).length === 0)) return
  received.keepLines()
  const { headers, rawHeaders } = message
  // Node makes it from `rawHeaders` on first access and relies on their number, so it is read first. HTTP/2 has none.
  const { headersDistinct = {} } = message
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2)
    if (names.includes(rawHeaders[i]?.toLowerCase() as string)) rawHeaders.splice(i, 2)
  for (const name of names) {
    delete headers[name]
    delete headersDistinct[name]
  }
}
