import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/hono'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { TargetRoute } from '../config.ts'
import { pathOf } from './path-of.ts'

/** The same on Hono, under its server for Node. */
export function honoApp(resource: Resource, routes: readonly TargetRoute[]): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(wellKnown(resource))
  for (const { path, require: requirement } of routes) {
    const guard = protect(resource, requirement)
    app.use(async (c, next) => {
      if (pathOf(c.env.incoming.url ?? '') !== path) return next()
      const refused = await guard(c as never, async () => {
        c.res = c.json({ auth: c.get('aauth' as never) ?? null })
      })
      return refused ?? c.res
    })
  }
  return getRequestListener(app.fetch) as RequestListener
}
