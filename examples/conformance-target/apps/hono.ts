import type { RequestListener } from 'node:http'
import type { Auth, Resource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/hono'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { ServedRoute } from '../managed/served-routes.ts'
import { pathOf } from './path-of.ts'
import { heldResponse } from './send-held.ts'

/** The same on Hono, under its server for Node. */
export function honoApp(resource: Resource, routes: readonly ServedRoute[]): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(wellKnown(resource))
  for (const { path, require: requirement, greet, held } of routes) {
    const guard = protect(resource, requirement)
    app.use(async (c, next) => {
      if (pathOf(c.env.incoming.url ?? '') !== path) return next()
      if (held !== undefined) return heldResponse(held, c.req.raw)
      const refused = await guard(c as never, async () => {
        const auth = c.get('aauth' as never) as Auth | undefined
        if (auth !== undefined) await greet?.(auth)
        c.res = c.json({ auth: auth ?? null })
      })
      return refused ?? c.res
    })
  }
  return getRequestListener(app.fetch) as RequestListener
}
