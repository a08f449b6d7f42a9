import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { answerRefusals, protect, wellKnown } from '@aauth-guard/fastify'
import fastify from 'fastify'
import type { ServedRoute } from '../managed/served-routes.ts'
import { pathOf } from './path-of.ts'
import { sendHeld } from './send-held.ts'

/** The same on Fastify. No route is declared: whatever the path and the method, the hook answers. */
export function fastifyApp(resource: Resource, routes: readonly ServedRoute[]): RequestListener {
  const app = fastify()
  app.setErrorHandler(answerRefusals)
  app.addHook('onRequest', wellKnown(resource))
  for (const { path, require: requirement, greet, held } of routes) {
    const guard = protect(resource, requirement)
    app.addHook('onRequest', (request, reply, done) => {
      if (pathOf(request.originalUrl) !== path) return done()
      if (held !== undefined) {
        reply.hijack()
        return void sendHeld(held, request.raw, reply.raw)
      }
      guard(request, reply, async (fault) => {
        if (fault) return done(fault)
        try {
          if (request.aauth !== undefined) await greet?.(request.aauth)
          reply.send({ auth: request.aauth ?? null })
        } catch (error) {
          done(error as Error)
        }
      })
    })
  }
  return (request, response) => void app.ready(() => app.routing(request, response))
}
