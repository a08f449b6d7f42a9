/** What the compiler says about protected route handlers. Checked by `tsc` with everything else; never run. */
import type {
  AgentAuth,
  AlternativeCredential,
  Caller,
  MissionHeaderAuth,
  OtherCaller,
  PersonTokenAuth,
  Resource,
} from '@aauth-guard/core'
import { personKey } from '@aauth-guard/core'
import type { Same } from '@aauth-guard/fixtures/same-type'
import { getAuth, type getCaller, protect, wellKnown } from '@aauth-guard/nextjs'
import type { NextRequest } from 'next/server.js'

declare function holds<_Claim extends true>(): void
declare const resource: Resource
declare const alternative: AlternativeCredential
declare const request: NextRequest

interface Context {
  readonly params: Promise<{ id: string }>
}
/** What Next.js demands of an export of `route.ts`. */
type RouteHandler = (request: NextRequest, context: Context) => Response | Promise<Response>

protect(resource, {}, (_request, auth) => {
  holds<Same<typeof auth, PersonTokenAuth | MissionHeaderAuth>>()
  // @ts-expect-error an identity cannot be changed
  auth.iss = 'https://elsewhere.example'
  return new Response()
}) satisfies RouteHandler

protect(resource, { accept: 'agent-token' }, async (passed, auth, { params }: Context) => {
  holds<Same<typeof auth, AgentAuth>>()
  holds<Same<typeof passed, NextRequest>>()
  const { id } = await params
  holds<Same<typeof id, string>>()
  return new Response()
}) satisfies RouteHandler

protect(resource, { person: 'required' }, (_request, auth) => {
  const person = personKey(auth)
  holds<Same<typeof person, string>>()
  return new Response(person)
})

protect(resource, { optional: true }, (_request, auth) => {
  holds<Same<typeof auth, PersonTokenAuth | MissionHeaderAuth | undefined>>()
  return new Response()
})

protect(resource, { alternative }, (_request, caller) => {
  holds<Same<typeof caller, PersonTokenAuth | MissionHeaderAuth | OtherCaller>>()
  return new Response()
})

// @ts-expect-error a kind that there is not
protect(resource, { accept: 'session' }, () => new Response())
// @ts-expect-error a handler answers with a response
protect(resource, {}, () => 'served')
// @ts-expect-error an option that there is not
protect(resource, {}, () => new Response(), { passErrors: true })

holds<Same<ReturnType<typeof getAuth<'agent-token'>>, AgentAuth>>()
holds<Same<ReturnType<typeof getCaller>, Caller | undefined>>()
getAuth(request, 'agent-token')
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = wellKnown(resource) satisfies Readonly<
  Record<string, RouteHandler>
>
