import type { Caller, Resource } from '@aauth-guard/core'
import { readIdentity } from '@aauth-guard/core/adapter'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { assertGrant } from '@aauth-guard/core/missions'
import { grant, plainText } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

type Route = (request: Request) => Promise<Response>

export function besideRoutes(resource: Resource): Readonly<Record<string, Route>> {
  const tell = (_request: Request, caller: Caller | undefined): Response => text(besideText(caller))
  const guarded = told.map((path): [string, Route] => [path, fetchGuard(resource, besides[path])(tell)])
  return {
    ...Object.fromEntries(guarded),
    '/beside/twice': fetchGuard(
      resource,
      besides['/beside/key'],
    )((request) => fetchGuard(resource, {})(tell)(request)),
    '/beside/runs': fetchGuard(
      resource,
      besides['/beside/runs'],
    )(async (request, caller) => {
      await assertGrant(caller, () => grant)
      return tell(request, caller)
    }),
    // There is no getAuth for fetch hosts; this is what those of the adapters call.
    '/beside/tools': fetchGuard(
      resource,
      besides['/beside/tools'],
    )((_request, caller) => text(toolsText(resource, caller, () => readIdentity(caller, 'auth-token', '')))),
  }
}

function text(said: string): Response {
  return new Response(said, { headers: { 'content-type': plainText } })
}
