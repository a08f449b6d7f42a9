import type { IncomingMessage, ServerResponse } from 'node:http'
import { AAuthError, verifyContent } from '@aauth-guard/core'
import { contentBinding } from '@aauth-guard/core/adapter'
import { rememberContent } from '@aauth-guard/core/node'
import { slot } from './get-auth.ts'

/**
 * For the `verify` option of `express.json`, `urlencoded`, `raw` and `text`, where a parser reads the content before the
 * guard can: in front of `protect`, and as its option `parser`. It compares the content with the digest that the
 * signature of the request covers, or keeps it for the guard. Parsers behind the guard do not need it.
 *
 * Parsers hand over what they have inflated, while a digest is of what was sent. So a compressed body with a covered
 * digest is refused: with `invalid_request` inside `protect`, with `server_error` in front of it.
 *
 * @throws {AAuthError} `invalid_signature` or `invalid_request`, which the guard answers
 */
export function verifyDigest(req: IncomingMessage, _res: ServerResponse, content: Buffer): void {
  const auth = slot.peek(req)
  const encoding = req.headers['content-encoding'] ?? 'identity'
  const compressed = encoding.toLowerCase() !== 'identity'
  if (auth === undefined) {
    // Inflated content is not what was signed. The guard refuses content that was not kept for it.
    if (!compressed) rememberContent(req, content)
    return
  }
  if (contentBinding(auth) !== 'unchecked') return
  if (compressed)
    throw new AAuthError('invalid_request', {
      hint: `"content-encoding" is ${JSON.stringify(encoding.slice(0, 128))} with a covered "content-digest": leave out "parser"`,
    })
  verifyContent(auth, content)
}
