import type { IncomingMessage, ServerResponse } from 'node:http'
import { AAuthError, contentBinding, verifyContent } from '@aauth-guard/core'
import { rememberContent } from '@aauth-guard/core/node'
import { slotOf } from './get-auth.ts'

/**
 * For the `verify` option of `express.json`, `urlencoded`, `raw` and `text`: compares the content with the
 * digest that the request's signature covers. After `protect` it checks at once; before it the guard checks.
 *
 * The parsers hand over what they have inflated, while a digest is of what was sent. So a compressed body with
 * a covered digest is refused with `invalid_request`.
 *
 * @throws {AAuthError} `invalid_signature` or `invalid_request`; put `answerRefusals()` behind the routes
 */
export function verifyDigest(req: IncomingMessage, _res: ServerResponse, content: Buffer): void {
  const auth = slotOf(req)
  const encoding = req.headers['content-encoding'] ?? 'identity'
  const compressed = encoding.toLowerCase() !== 'identity'
  if (auth === undefined) {
    // What was inflated is not what was signed; left unchecked, getAuth refuses it.
    if (!compressed) rememberContent(req, content)
    return
  }
  if (contentBinding(auth) === 'uncovered') return
  if (compressed)
    throw new AAuthError('invalid_request', {
      hint: `content-encoding ${encoding} with a covered content-digest`,
    })
  verifyContent(auth, content)
}
