import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/koa'
import Koa from 'koa'
import type { ServedRoute } from '../managed/served-routes.ts'
import { pathOf } from './path-of.ts'
import { sendHeld } from './send-held.ts'

/** The same on Koa. */
export function koaApp(resource: Resource, routes: readonly ServedRoute[]): RequestListener {
  const app = new Koa()
  app.use(wellKnown(resource))
  for (const { path, require: requirement, greet, held } of routes) {
    const guard = protect(resource, requirement)
    app.use((ctx, next) => {
      if (pathOf(ctx.originalUrl) !== path) return next()
      if (held !== undefined) {
        ctx.respond = false
        return sendHeld(held, ctx.req, ctx.res)
      }
      return guard(ctx as never, async () => {
        if (ctx.state.aauth !== undefined) await greet?.(ctx.state.aauth)
        ctx.body = { auth: ctx.state.aauth ?? null }
      })
    })
  }
  return app.callback()
}
