import type { Requirement, Resource } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { getRequestListener } from '@hono/node-server'
import type { Adapter } from './adapter.ts'
import { besideRoutes } from './beside/fetch.ts'
import { fetchApi } from './fetch-api.ts'

/** A host that knows `Request` and `Response` and no framework, behind `node:http`. */
export const fetchAdapter: Adapter = {
  name: 'fetchGuard',
  build: (resource) => getRequestListener(build(resource)) as never,
}

function build(resource: Resource): (request: Request) => Promise<Response> {
  return fetchApi(resource, {
    guard: (requirement, handler) =>
      fetchGuard(resource, requirement as Requirement<'auth-token', false, 'optional', never>)(handler),
    beside: besideRoutes(resource),
    identity: (_request, auth) => auth,
  })
}
