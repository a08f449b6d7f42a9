import { type Auth, type Resource, stepUp } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { assertGrant } from '@aauth-guard/core/missions'
import { getRequestListener } from '@hono/node-server'
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
import { besideRoutes } from './beside/fetch.ts'
import { inflated } from './inflated.ts'

/** A host that knows `Request` and `Response` and no framework, behind `node:http`. */
export const fetchAdapter: Adapter = {
  name: 'fetchGuard',
  build: (resource) => getRequestListener(build(resource)) as never,
}

type Handler = (request: Request, auth: Auth | undefined) => Response | Promise<Response>

function build(resource: Resource): (request: Request) => Promise<Response> {
  const anyone = fetchGuard(resource, demands.anyone)
  const reading = fetchGuard(resource, demands.read)
  const granted = fetchGuard(resource, {})
  const routes: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
    ...besideRoutes(resource),
    '/whoami': anyone(tell),
    '/identity': anyone((_request, auth) => text(JSON.stringify(auth))),
    '/agents': fetchGuard(resource, demands.agents)(tell),
    '/people': fetchGuard(resource, demands.people)(tell),
    'GET /notes': reading(tell),
    'POST /notes': fetchGuard(resource, demands.write)(tellJson),
    '/more': reading((_request, auth) => stepUp(resource, auth, more)),
    '/query': fetchGuard(resource, demands.query)(tell),
    '/mission': fetchGuard(resource, demands.mission)(tell),
    '/class': fetchGuard(resource, demands.class)(tell),
    '/runs': anyone(async (request, auth) => {
      await assertGrant(auth, () => grant)
      return tell(request, auth)
    }),
    '/heard': anyone((request) =>
      granted((heard, auth) => text(heardText(auth, heard.headers.get('aauth-mission'))))(request),
    ),
    '/denied': fetchGuard(resource, demands.denied)(tell),
    '/broken': fetchGuard(resource, demands.broken)(tell),
    '/open': fetchGuard(resource, optionally)(tell),
    '/once': fetchGuard(resource, demands.once)(tell),
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
  const account = fetchGuard(resource, demands.account)(tell)
  const nothing = anyone(() => text('nothing here', 404))
  return (request) => {
    const { pathname } = new URL(request.url)
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
