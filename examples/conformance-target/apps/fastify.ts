import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/fastify'
import fastify from 'fastify'
import type { TargetRoute } from '../config.ts'
import { pathOf } from './path-of.ts'

/** The same on Fastify. No route is declared: whatever the path and the method, the hook answers. */
export function fastifyApp(resource: Resource, routes: readonly TargetRoute[]): RequestListener {
  const app = fastify()
  app.addHook('onRequest', wellKnown(resource))
  for (const { path, require: requirement } of routes) {
    const guard = protect(resource, requirement)
    app.addHook('onRequest', (request, reply, done) => {
      if (pathOf(request.originalUrl) !== path) return done()
      guard(request, reply, (fault) => {
        if (fault) done(fault)
        else reply.send({ auth: request.aauth ?? null })
      })
    })
  }
  return (request, response) => void app.ready(() => app.routing(request, response))
}
