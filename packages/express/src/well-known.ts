import type { Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import type { RequestHandler } from 'express'
import { send } from './send.ts'

/**
 * Serves the routes of the resource itself: metadata, keys, authorization endpoint and revocation endpoint. Mount it at the
 * root, before the guards and before any body parser.
 */
export function wellKnown(resource: Resource): RequestHandler {
  return (req, res, next) => {
    answerRoutes(resource, signedRequest(req), (limit) => readContent(req, limit)).then(
      (answer) => (answer ? send(res, answer) : next()),
      (error: unknown) => next(error),
    )
  }
}
