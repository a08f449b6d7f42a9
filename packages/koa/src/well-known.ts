import type { Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/node'
import type { Middleware } from 'koa'
import { requestOf } from './request-of.ts'
import { send } from './send.ts'

/**
 * Serves the routes of the resource itself: metadata, keys, authorization endpoint and revocation endpoint. Mount it at the
 * root, before the guards and before any body parser.
 */
export function wellKnown(resource: Resource): Middleware {
  return async (ctx, next) => {
    const answer = await answerRoutes(resource, requestOf(ctx), (limit) => readContent(ctx.req, limit))
    if (answer) return send(ctx, answer)
    return next()
  }
}
