import { answerWellKnown, type Resource } from '@aauth-guard/core'
import type { Middleware } from 'koa'
import { send } from './send.ts'

/** Serves the resource's metadata and keys. Mount it at the root, before the guards. */
export function wellKnown(resource: Resource): Middleware {
  return async (ctx, next) => {
    const answer = await answerWellKnown(resource, ctx.method, ctx.originalUrl)
    if (answer) return send(ctx, answer)
    return next()
  }
}
