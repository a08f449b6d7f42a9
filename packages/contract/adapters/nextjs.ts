import { type Auth, type Resource, stepUp } from '@aauth-guard/core'
import { assertGrant } from '@aauth-guard/core/missions'
import { getAuth, protect, wellKnown } from '@aauth-guard/nextjs'
import type { NextRequest } from 'next/server.js'
import {
  callerText,
  corsFields,
  demands,
  formFields,
  grant,
  heardText,
  more,
  optionally,
  plainText,
  sentText,
  streamText,
} from '../api.ts'
import type { Adapter } from './adapter.ts'
import { besideRoutes } from './beside/nextjs.ts'
import { inflated } from './inflated.ts'
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

type Route = (request: NextRequest) => Promise<Response>
type Answered = Response | Promise<Response>
type Handler = (request: NextRequest, auth: Auth | undefined) => Answered
type AuthHandler = (request: NextRequest, auth: Auth) => Answered

function build(resource: Resource): Route {
  const anyone = (handler: AuthHandler): Route => protect(resource, demands.anyone, handler)
  const reading = (handler: AuthHandler): Route => protect(resource, demands.read, handler)
  const granted = (handler: AuthHandler): Route => protect(resource, {}, handler)
  const own = wellKnown(resource)
  const routes: Readonly<Record<string, Route>> = {
    ...besideRoutes(resource),
    '/whoami': anyone(tell),
    '/identity': anyone((request) => text(JSON.stringify(getAuth(request, 'auth-token')))),
    '/agents': protect(resource, demands.agents, tell),
    '/people': protect(resource, demands.people, tell),
    'GET /notes': reading(tell),
    'POST /notes': protect(resource, demands.write, tellJson),
    '/more': reading((_request, auth) => stepUp(resource, auth, more)),
    '/query': protect(resource, demands.query, tell),
    '/mission': protect(resource, demands.mission, tell),
    '/class': protect(resource, demands.class, tell),
    '/runs': anyone(async (request, auth) => {
      await assertGrant(auth, () => grant)
      return tell(request, auth)
    }),
    '/heard': anyone((request) =>
      granted((heard, auth) => text(heardText(auth, heard.headers.get('aauth-mission'))))(request),
    ),
    '/denied': protect(resource, demands.denied, tell),
    '/broken': protect(resource, demands.broken, tell),
    '/open': protect(resource, optionally, tell),
    '/once': protect(resource, demands.once, tell),
    '/twice': anyone((request) => granted(tell)(request)),
    '/admin': anyone(() => text('the admin area')),
    '/failing': anyone(() => {
      throw new Error('the handler failed')
    }),
    '/passed-on': anyone(tell),
    '/more-passed-on': reading((_request, auth) => stepUp(resource, auth, more)),
    '/body/json': anyone(tellJson),
    '/body/form': anyone(async (request, auth) =>
      text(sentText(auth, Object.fromEntries(new URLSearchParams(await request.text())))),
    ),
    '/body/text': anyone(async (request, auth) => text(sentText(auth, await request.text()))),
    '/body/multipart': anyone(async (request, auth) =>
      text(sentText(auth, formFields(await request.formData()))),
    ),
    '/body/stream': anyone(async (request, auth) => {
      const content = (request.body ?? []) as unknown as AsyncIterable<Uint8Array>
      return text(await streamText(auth, content))
    }),
    '/body/unread': anyone(tell),
    '/late': granted(tellJson),
    '/consumed': async (request) => {
      await request.text()
      return granted(tell)(request)
    },
    '/api/x': anyone(tell),
    '/api/deep/x': anyone(tell),
    '/v2/x': anyone(tell),
    '/mounted/x': anyone(tell),
    '/cors/x': granted(withCors(tell)),
    '/cors/leaky': granted(withCors(() => text('the notes of somebody'))),
  }
  const item = anyone((request, auth) => text(`${callerText(auth)} reads ${lastSegment(request)}`))
  const note = reading((request, auth) => text(`${callerText(auth)} reads ${lastSegment(request)}`))
  const account = protect(resource, demands.account, tell)
  const nothing = anyone(() => text('nothing here', 404))
  return (request) => {
    const { pathname } = new URL(request.url)
    if (/^\/(?:aauth|\.well-known)\//.test(pathname)) return own[request.method as 'GET'](request)
    if (/^\/notes\/[^/]+$/.test(pathname)) return note(request)
    if (/^\/accounts\/[^/]+$/.test(pathname)) return account(request)
    if (/^\/(?:api|v2)\/items\/[^/]+$/.test(pathname)) return item(request)
    const guarded = routes[`${request.method} ${pathname}`] ?? routes[pathname] ?? nothing
    return guarded(request).catch(({ message }: Error) => text(message, 500))
  }
}

const tell: Handler = (_request, auth) => text(callerText(auth))
const tellJson: Handler = async (request, auth) => {
  const compressed = request.headers.get('content-encoding') === 'gzip'
  return text(sentText(auth, await (compressed ? inflated(request) : request).json()))
}

function withCors(handler: Handler): Handler {
  return async (request, auth) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: corsFields })
    const response = await handler(request, auth)
    for (const [name, value] of Object.entries(corsFields)) response.headers.set(name, value)
    return response
  }
}

function lastSegment({ url }: Request): string {
  const segment = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function text(said: string, status = 200): Response {
  return new Response(said, { status, headers: { 'content-type': plainText } })
}
