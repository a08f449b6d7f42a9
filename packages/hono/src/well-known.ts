import type { Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/fetch'
import type { MiddlewareHandler } from 'hono'
import { requestOf } from './request-of.ts'
import { respond } from './respond.ts'

/**
 * Serves the routes of the resource itself: metadata, keys, authorization endpoint and revocation endpoint. Put it on the
 * outermost app, before the guards and whatever reads content.
 */
export function wellKnown(resource: Resource): MiddlewareHandler {
  return async (c, next) => {
    const answer = await answerRoutes(resource, requestOf(c), (limit) => readContent(c.req.raw, limit))
    if (answer) return respond(c, answer)
    return next()
  }
}
