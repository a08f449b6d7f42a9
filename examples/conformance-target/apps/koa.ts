import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/koa'
import Koa from 'koa'
import type { TargetRoute } from '../config.ts'
import { pathOf } from './path-of.ts'

/** The same on Koa. */
export function koaApp(resource: Resource, routes: readonly TargetRoute[]): RequestListener {
  const app = new Koa()
  app.use(wellKnown(resource))
  for (const { path, require: requirement } of routes) {
    const guard = protect(resource, requirement)
    app.use((ctx, next) => {
      if (pathOf(ctx.originalUrl) !== path) return next()
      return guard(ctx as never, async () => {
        ctx.body = { auth: ctx.state.aauth ?? null }
      })
    })
  }
  return app.callback()
}
