import type { Console } from '@aauth-guard/console'
import { Hono } from 'hono'

/** An app whose operators have the console at `/admin/console/`, on every host of Hono. */
export function honoApp(console: Console): Hono {
  const app = new Hono()
  app.all('/admin/console', (c) => console.handle(c.req.raw))
  app.all('/admin/console/*', (c) => console.handle(c.req.raw))
  app.notFound((c) => c.text('not the console', 404))
  return app
}
