import type { Console } from '@aauth-guard/console'
import { nodeHandler } from '@aauth-guard/console/node'
import fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify'

/** An app whose operators have the console at `/admin/console/`. */
export function fastifyApp(console: Console): FastifyInstance {
  const serveConsole = nodeHandler(console)
  const handler: RouteHandlerMethod = (request, reply) => {
    reply.hijack() // the console answers by itself
    serveConsole(request.raw, reply.raw)
  }
  const app = fastify()
  app.all('/admin/console', handler)
  app.all('/admin/console/*', handler)
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('not the console'))
  return app
}
