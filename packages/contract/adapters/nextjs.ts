import type { Requirement, Resource } from '@aauth-guard/core'
import { getAuth, protect, wellKnown } from '@aauth-guard/nextjs'
import type { NextRequest } from 'next/server.js'
import type { Adapter } from './adapter.ts'
import { besideRoutes } from './beside/nextjs.ts'
import { fetchApi } from './fetch-api.ts'
import { nextListener } from './next-server.ts'

export const nextAdapter: Adapter = {
  name: 'Next.js',
  build: (resource) => nextListener(build(resource)),
  host: {
    strip: (lines) =>
      lines.flatMap((line) => (line === routerVary ? [] : line.replace(`${routerVary}, `, 'vary: '))),
    without: ['content-length'],
  },
}

/** What the router of Next.js looks at, in every response. */
const routerVary = 'vary: rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch'

function build(resource: Resource): (request: NextRequest) => Promise<Response> {
  const own = wellKnown(resource)
  const api = fetchApi<NextRequest>(resource, {
    guard: (requirement, handler) =>
      protect(resource, requirement as Requirement<'auth-token', false, 'optional', never>, handler),
    beside: besideRoutes(resource),
    identity: (request) => getAuth(request, 'auth-token'),
  })
  return (request) => {
    const isOwn = /^\/(?:aauth|\.well-known)\//.test(new URL(request.url).pathname)
    return isOwn ? own[request.method as 'GET'](request) : api(request)
  }
}
