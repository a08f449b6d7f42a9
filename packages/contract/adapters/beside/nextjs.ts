import type { Resource } from '@aauth-guard/core'
import { assertGrant } from '@aauth-guard/core/missions'
import { getAuth, getCaller, protect } from '@aauth-guard/nextjs'
import type { NextRequest } from 'next/server.js'
import { grant, plainText } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

type Route = (request: NextRequest) => Promise<Response>

export function besideRoutes(resource: Resource): Readonly<Record<string, Route>> {
  const tell = (request: NextRequest): Response => text(besideText(getCaller(request)))
  const guarded = told.map((path): [string, Route] => [path, protect(resource, besides[path], tell)])
  return {
    ...Object.fromEntries(guarded),
    '/beside/twice': protect(resource, besides['/beside/key'], protect(resource, {}, tell)),
    '/beside/runs': protect(resource, besides['/beside/runs'], async (request, caller) => {
      await assertGrant(caller, () => grant)
      return tell(request)
    }),
    '/beside/tools': protect(resource, besides['/beside/tools'], (request, caller) =>
      text(toolsText(resource, caller, () => getAuth(request, 'auth-token'))),
    ),
  }
}

function text(said: string): Response {
  return new Response(said, { headers: { 'content-type': plainText } })
}
