import { answerWellKnown, type Resource } from '@aauth-guard/core'
import type { Middleware } from 'koa'
import { requestOf } from './request-of.ts'
import { send } from './send.ts'

/** Serves the resource's metadata and keys. Mount it at the root, before the guards. */
export function wellKnown(resource: Resource): Middleware {
  return async (ctx, next) => {
    const { method, target } = requestOf(ctx)
    const answer = await answerWellKnown(resource, method, target)
    if (answer) return send(ctx, answer)
    return next()
  }
}
