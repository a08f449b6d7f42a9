import { answerWellKnown, type Resource } from '@aauth-guard/core'
import type { RequestHandler } from 'express'
import { send } from './send.ts'

/** Serves the resource's metadata and keys. Mount it at the root, before the guards. */
export function wellKnown(resource: Resource): RequestHandler {
  return (req, res, next) => {
    answerWellKnown(resource, req.method, req.originalUrl).then(
      (answer) => (answer ? send(res, answer) : next()),
      (error: unknown) => next(error),
    )
  }
}
