import { createResource } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { fetchAt } from './issuers-at.ts'

let issuers = ''
let skew = 0

/** Made while the module loads, as everybody makes it, when Workers allow neither timers nor random values. */
const resource = createResource({
  issuer: 'https://notes.example',
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  fetch: (url, init) => fetchAt(issuers)(url, init),
  now: () => Date.now() / 1000 + skew,
})

const whoami = fetchGuard(resource, { accept: 'agent-token' })((_, { agent }) => Response.json({ agent }))
const me = fetchGuard(resource, { accept: 'person-token' })((_, { ps, sub }) => Response.json({ ps, sub }))
const read = fetchGuard(resource, { scope: 'notes.read' })(({ url }) => Response.json({ url }))
const write = fetchGuard(resource, {
  scope: 'notes.write',
  components: ['content-digest', 'content-type'],
})(async (request) => Response.json({ received: await request.text() }, { status: 201 }))

const heardInside = fetchGuard(resource, { scope: 'notes.read', mission: 'required' })(async (request) =>
  Response.json([request.headers.get('aauth-mission'), request.headers.get('x-tag'), await request.text()]),
)
/** Two guards, and what is heard of `AAuth-Mission` behind them. */
const heard = fetchGuard(resource, { scope: 'notes.read' })((request) => heardInside(request))

/** Where the issuers are, as `http://127.0.0.1:PORT`. */
export function issuersAt(origin: string): void {
  issuers = origin
}

/** Lets the clock of the resource be ahead. */
export function setAhead(seconds: number): void {
  skew = seconds
}

/** A small API behind `fetchGuard`. */
export function serveApi(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/whoami') return whoami(request)
  if (pathname === '/me') return me(request)
  if (pathname === '/heard') return heard(request)
  return request.method === 'POST' ? write(request) : read(request)
}
