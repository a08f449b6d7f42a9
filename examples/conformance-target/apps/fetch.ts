import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { answerRoutes, asAuth } from '@aauth-guard/core/adapter'
import { fetchGuard, fetchRequest, readContent } from '@aauth-guard/core/fetch'
import { getRequestListener } from '@hono/node-server'
import type { ServedRoute } from '../managed/served-routes.ts'
import { pathOf } from './path-of.ts'
import { heldResponse } from './send-held.ts'

/** The same without a framework, behind a bridge from Node to `Request` and `Response`. */
export function fetchApp(resource: Resource, routes: readonly ServedRoute[]): RequestListener {
  const handlers = new Map(
    routes.map(({ path, require: requirement, greet, held }) => [
      path,
      held !== undefined
        ? (request: Request) => heldResponse(held, request)
        : fetchGuard(
            resource,
            requirement,
          )(async (_request, caller) => {
            const auth = asAuth(caller)
            if (auth !== undefined) await greet?.(auth)
            return Response.json({ auth: caller ?? null })
          }),
    ]),
  )
  return getRequestListener(async (request) => {
    const asked = fetchRequest(request)
    // A guard serves the resource's own routes by itself.
    const handler = handlers.get(pathOf(asked.target))
    if (handler) return handler(request)
    const own = await answerRoutes(resource, asked, (limit) => readContent(request, limit))
    const { status, headers, body } = own ?? notFound
    return new Response(body, { status, headers })
  }) as RequestListener
}

const notFound = { status: 404, headers: {}, body: 'not found' }
