import { stepUp } from '@aauth-guard/core'
import { getAuth, protect } from '@aauth-guard/nextjs'
import { NextRequest } from 'next/server'
import { resource } from '../../../lib/resource.js'

export const GET = protect(resource, { scope: 'notes.read' }, async (request, auth, { params }) => {
  const { id = [] } = await params
  const { searchParams } = request.nextUrl
  if (id[0] === 'more') stepUp(resource, auth, { scope: 'notes.write' })
  return Response.json({
    sub: getAuth(request, 'auth-token').sub,
    id,
    query: [...searchParams],
    path: request.nextUrl.pathname,
    mission: request.headers.get('aauth-mission'),
  })
})

const digested = { scope: 'notes.write', components: ['content-digest'] }
export const POST = protect(resource, digested, async (request, { sub }) =>
  Response.json({
    sub,
    text: await request.text(),
    path: request.nextUrl.pathname,
    cookie: request.cookies.get('a')?.value,
  }),
)

/** Two guards, and a request that the handler makes for the inner one. */
const inner = protect(resource, { scope: 'notes.write' }, ({ url }) => Response.json({ served: url }))
export const PUT = protect(resource, { scope: 'notes.write' }, (request) => {
  const other = request.headers.get('x-inner')
  if (other === null) return inner(request)
  return inner(new NextRequest(new URL(other, request.url), { method: 'PUT', headers: request.headers }))
})
