import { type AnyRequirement, type Auth, type Resource, stepUp } from '@aauth-guard/core'
import { assertGrant } from '@aauth-guard/core/missions'
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
import { inflated } from './inflated.ts'

export type Route<R extends Request> = (request: R) => Promise<Response>
export type Handler<R extends Request> = (request: R, auth: Auth) => Response | Promise<Response>

/** What differs between hosts of `Request` and `Response`. */
export interface FetchHost<R extends Request> {
  readonly guard: (requirement: AnyRequirement, handler: Handler<R>) => Route<R>
  readonly beside: Readonly<Record<string, Route<R>>>
  /** The identity, as handlers get it there. */
  readonly identity: (request: R, auth: Auth) => Auth
}

/** The API of `api.ts` by `Request` and `Response`. */
export function fetchApi<R extends Request>(
  resource: Resource,
  { guard, beside, identity }: FetchHost<R>,
): Route<R> {
  const anyone = (handler: Handler<R>): Route<R> => guard(demands.anyone, handler)
  const reading = (handler: Handler<R>): Route<R> => guard(demands.read, handler)
  const granted = (handler: Handler<R>): Route<R> => guard({}, handler)
  const routes: Readonly<Record<string, Route<R>>> = {
    ...beside,
    '/whoami': anyone(tell),
    '/identity': anyone((request, auth) => text(JSON.stringify(identity(request, auth)))),
    '/agents': guard(demands.agents, tell),
    '/people': guard(demands.people, tell),
    'GET /notes': reading(tell),
    'POST /notes': guard(demands.write, tellJson),
    '/more': reading((_request, auth) => stepUp(resource, auth, more)),
    '/query': guard(demands.query, tell),
    '/mission': guard(demands.mission, tell),
    '/class': guard(demands.class, tell),
    '/runs': anyone(async (request, auth) => {
      await assertGrant(auth, () => grant)
      return tell(request, auth)
    }),
    '/heard': anyone((request) =>
      granted((heard, auth) => text(heardText(auth, heard.headers.get('aauth-mission'))))(request),
    ),
    '/denied': guard(demands.denied, tell),
    '/broken': guard(demands.broken, tell),
    '/open': guard(optionally, tell),
    '/once': guard(demands.once, tell),
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
  const account = guard(demands.account, tell)
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

const tell = (_request: Request, auth: Auth | undefined) => text(callerText(auth))
const tellJson = async (request: Request, auth: Auth) => {
  const compressed = request.headers.get('content-encoding') === 'gzip'
  return text(sentText(auth, await (compressed ? inflated(request) : request).json()))
}

function withCors<R extends Request>(handler: Handler<R>): Handler<R> {
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
