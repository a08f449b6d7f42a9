import { answerWellKnown, type Resource } from '@aauth-guard/core'
import type { MiddlewareHandler } from 'hono'
import { requestOf } from './request-of.ts'
import { respond } from './respond.ts'

/** Serves the resource's metadata and keys. Put it on the outermost app, before the guards. */
export function wellKnown(resource: Resource): MiddlewareHandler {
  return async (c, next) => {
    const { method, target } = requestOf(c)
    const answer = await answerWellKnown(resource, method, target)
    if (answer) return respond(c, answer)
    return next()
  }
}
