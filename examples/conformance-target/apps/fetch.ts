import type { RequestListener } from 'node:http'
import { answerWellKnown, fetchGuard, fetchRequest, type Resource } from '@aauth-guard/core'
import { getRequestListener } from '@hono/node-server'
import type { TargetRoute } from '../config.ts'
import { pathOf } from './path-of.ts'

/** The same without a framework, behind a bridge from Node to `Request` and `Response`. */
export function fetchApp(resource: Resource, routes: readonly TargetRoute[]): RequestListener {
  const handlers = new Map(
    routes.map(({ path, require: requirement }) => [
      path,
      fetchGuard(resource, requirement)((_request, auth) => Response.json({ auth: auth ?? null })),
    ]),
  )
  return getRequestListener(async (request) => {
    const { method, target } = fetchRequest(request)
    const handler = handlers.get(pathOf(target))
    if (handler) return handler(request)
    const { status, headers, body } = (await answerWellKnown(resource, method, target)) ?? notFound
    return new Response(body, { status, headers })
  }) as RequestListener
}

const notFound = { status: 404, headers: {}, body: 'not found' }
