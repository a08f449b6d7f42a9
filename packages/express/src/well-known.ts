import { AAuthError, answerRoutes, type Resource } from '@aauth-guard/core'
import { bufferContent, signedRequest } from '@aauth-guard/core/node'
import type { RequestHandler } from 'express'
import { send } from './send.ts'

/**
 * Serves the resource's own routes: metadata, keys, authorization endpoint and revocation endpoint. Mount it at the
 * root, before the guards and before any body parser.
 */
export function wellKnown(resource: Resource): RequestHandler {
  return (req, res, next) => {
    const readContent = async (limit: number): Promise<Uint8Array> => {
      // What somebody began to read must go by, or the connection hangs; behind an endpoint nobody reads.
      const content = await bufferContent(req, limit).finally(() => req.resume())
      if (content === undefined)
        throw new AAuthError('server_error', { hint: 'mount wellKnown(resource) before the body parsers' })
      return content
    }
    answerRoutes(resource, signedRequest(req), readContent).then(
      (answer) => (answer ? send(res, answer) : next()),
      (error: unknown) => next(error),
    )
  }
}
