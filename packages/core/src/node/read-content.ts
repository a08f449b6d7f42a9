import type { IncomingMessage } from 'node:http'
import { AAuthError } from '../errors/aauth-error.ts'
import { bufferContent } from './buffer-content.ts'

/**
 * Reads the content of a message to its end, for a route that answers it itself.
 *
 * @param limit the most octets to read
 * @param remedy what to do if a body parser has read it; ends the hint of the error
 * @throws {AAuthError} `content_too_large`; `server_error` (500) if a body parser has read it before
 */
export async function readContent(
  message: IncomingMessage,
  limit: number,
  remedy = 'mount wellKnown(resource) before the body parsers',
): Promise<Uint8Array> {
  // The rest must be discarded, or the connection hangs: no other code reads it after an endpoint.
  const content = await bufferContent(message, limit).finally(() => message.resume())
  if (content !== undefined) return content
  throw new AAuthError('server_error', {
    hint: `a body parser has read the content before this route: ${remedy}`,
    permanent: true,
  })
}
