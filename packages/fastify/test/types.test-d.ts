/** What the compiler says about guarded routes. Checked by `tsc` with everything else; never run. */
import type {
  AgentAuth,
  AlternativeCredential,
  Auth,
  Caller,
  MissionHeaderAuth,
  PersonAuth,
  PersonTokenAuth,
  Resource,
} from '@aauth-guard/core'
import { hold } from '@aauth-guard/core/managed'
import {
  aauth,
  answerRefusals,
  getAuth,
  getCaller,
  holdCalls,
  protect,
  requireGrant,
  wellKnown,
} from '@aauth-guard/fastify'
import type { Same } from '@aauth-guard/fixtures/same-type'
import fastify from 'fastify'

declare function holds<_Claim extends true>(): void
declare const resource: Resource
declare const alternative: AlternativeCredential

const app = fastify()
app.addHook('onRequest', wellKnown(resource))
app.setErrorHandler(answerRefusals)
app.register(aauth(resource, { person: 'required' }, { maxContent: 1024 }))

app.get<{ Params: { id: string } }>(
  '/notes/:id',
  { onRequest: [protect(resource, { scope: 'notes.read' }), protect(resource)] },
  (request) => {
    holds<Same<typeof request.params.id, string>>()
    holds<Same<typeof request.aauth, Auth | undefined>>()
    const auth = getAuth(request, 'auth-token')
    holds<Same<typeof auth, PersonTokenAuth | MissionHeaderAuth>>()
    const agent = getAuth(request, 'agent-token')
    holds<Same<typeof agent, AgentAuth>>()
    const person = getAuth(request, 'person-token')
    holds<Same<typeof person, PersonAuth | PersonTokenAuth>>()
    // @ts-expect-error this kind of token does not exist
    getAuth(request, 'resource-token')
    // @ts-expect-error the slot is read-only
    request.aauth = auth
    // @ts-expect-error an identity cannot be changed
    auth.iss = 'https://elsewhere.example'
  },
)

app.get('/beside', { config: { aauth: { alternative } } }, (request) => {
  holds<Same<typeof request.aauth, Auth | undefined>>()
  const caller = getCaller(request)
  holds<Same<typeof caller, Caller | undefined>>()
})
app.get('/agents', { config: { aauth: { accept: 'agent-token', mission: 'optional' } } }, () => '')
app.get('/open', { config: { aauth: false } }, () => '')
// @ts-expect-error a mistake, not a route without a requirement
app.get('/notes', { config: { aauth: undefined } }, () => '')

/** The same over HTTP/2. */
const payments = hold(resource, { name: 'payments' }, ({ auth }) => ({ status: 200, body: auth.sub }))
app.post('/payments', holdCalls(payments))
app.route({ method: 'POST', url: '/payments', ...holdCalls(payments) })
// @ts-expect-error A requirement is not a held route.
holdCalls({ scope: 'notes.read' })

const http2 = fastify({ http2: true })
http2.post('/payments', holdCalls(payments))
http2.addHook('onRequest', wellKnown(resource))
http2.setErrorHandler(answerRefusals)
http2.register(aauth(resource))
http2.get(
  '/notes',
  { onRequest: protect(resource), preHandler: requireGrant(({ url }) => (url === '' ? null : undefined)) },
  (request) => getAuth(request, 'auth-token').sub,
)

// The kind in `accept` reaches `check`.
protect(resource, {
  accept: 'agent-token',
  check: (auth) => {
    holds<Same<typeof auth, AgentAuth>>()
    return auth.agent.endsWith('@agent.example')
  },
})

// @ts-expect-error only a boolean is a decision
protect(resource, { check: () => 'yes' })
// @ts-expect-error createResource makes resources
protect({ issuer: 'https://notes.example' })
// @ts-expect-error the plugin is made for a resource
aauth({ scope: 'notes.read' })
