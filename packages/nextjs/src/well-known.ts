import type { Resource } from '@aauth-guard/core'
import { answerRoutes, strippedPrefixOf } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/fetch'
import { checkBasePath } from './base-path.ts'
import { assertNodeRuntime, receiveMessages } from './received-message.ts'
import { respond } from './respond.ts'
import { routeRequest } from './route-request.ts'

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** What {@link wellKnown} returns: one route handler for each method that Next.js serves. */
export type WellKnownRoutes = Readonly<Record<Method, (request: Request) => Promise<Response>>>

/**
 * Serves the routes of the resource itself: metadata, keys, authorization endpoint and revocation endpoint. Two files
 * export them: `app/.well-known/aauth-resource.json/route.ts` and `app/aauth/[...path]/route.ts`.
 *
 * With a `basePath` both are under it, and so are the addresses in the metadata. The proxy in front of the application
 * has to serve `/.well-known/aauth-resource.json` of the host from there, since agents look for it at the root.
 *
 * @example
 * ```ts
 * // app/aauth/[...path]/route.ts
 * import { createResource } from '@aauth-guard/core'
 * import { wellKnown } from '@aauth-guard/nextjs'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 *
 * export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = wellKnown(resource)
 * ```
 */
export function wellKnown(resource: Resource): WellKnownRoutes {
  assertNodeRuntime()
  receiveMessages()
  const strippedPrefix = strippedPrefixOf(resource)
  checkBasePath(strippedPrefix)
  const serve = async (request: Request): Promise<Response> => {
    const signed = routeRequest(request, strippedPrefix)
    const answer = await answerRoutes(resource, signed, (limit) => readContent(request, limit))
    return answer === undefined ? new Response(null, { status: 404 }) : respond(answer)
  }
  return {
    GET: serve,
    HEAD: serve,
    POST: serve,
    PUT: serve,
    PATCH: serve,
    DELETE: serve,
    OPTIONS: serve,
  }
}
