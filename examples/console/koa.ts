import type { Console } from '@aauth-guard/console'
import { nodeHandler } from '@aauth-guard/console/node'
import Koa from 'koa'

/** An app whose operators have the console at `/admin/console/`. */
export function koaApp(console: Console): Koa {
  const serveConsole = nodeHandler(console)
  const app = new Koa()
  app.use(async (ctx, next) => {
    if (ctx.path !== '/admin/console' && !ctx.path.startsWith('/admin/console/')) return next()
    ctx.respond = false // the console answers by itself
    serveConsole(ctx.req, ctx.res)
  })
  app.use((ctx) => {
    ctx.status = 404
    ctx.body = 'not the console'
  })
  return app
}
