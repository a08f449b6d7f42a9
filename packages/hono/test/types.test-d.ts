/** What the compiler says about guarded routes. Checked by `tsc` with everything else; never run. */
import type {
  AgentAuth,
  AlternativeCredential,
  AuthFor,
  Caller,
  MissionHeaderAuth,
  OtherCaller,
  PersonAuth,
  PersonTokenAuth,
  Resource,
} from '@aauth-guard/core'
import type { Same } from '@aauth-guard/fixtures/same-type'
import { getCaller, protect } from '@aauth-guard/hono'
import { type ContextVariableMap, Hono } from 'hono'
import { createFactory } from 'hono/factory'

type Has<Variables, Name extends PropertyKey> = Name extends keyof Variables ? true : false
declare function holds<_Claim extends true>(): void
declare const resource: Resource
declare const alternative: AlternativeCredential

const app = new Hono<{ Variables: { requestId: string } }>()

app.get('/notes/:id', protect(resource), (c) => {
  holds<Same<typeof c.var.aauth, PersonTokenAuth | MissionHeaderAuth>>()
  const id: string = c.req.param('id')
  const requestId: string = c.var.requestId
  // @ts-expect-error an identity cannot be changed
  c.var.aauth.iss = 'https://elsewhere.example'
  // @ts-expect-error nor its scopes
  c.var.aauth.scopes.push('notes.write')
  return c.json({ id, requestId, sub: c.get('aauth').sub })
})

app.get('/agents', protect(resource, { accept: 'agent-token' }), (c) => {
  holds<Same<typeof c.var.aauth, AgentAuth>>()
  return c.body(null)
})

app.get('/people', protect(resource, { accept: 'person-token' }), (c) => {
  holds<Same<typeof c.var.aauth, PersonAuth | PersonTokenAuth>>()
  return c.body(null)
})

app.get('/both', protect(resource, { accept: ['agent-token', 'auth-token'] }), (c) => {
  holds<Same<typeof c.var.aauth, AgentAuth | PersonTokenAuth | MissionHeaderAuth>>()
  return c.body(null)
})

app.get('/open', protect(resource, { optional: true }), (c) => {
  holds<Same<typeof c.var.aauth, PersonTokenAuth | MissionHeaderAuth | undefined>>()
  // @ts-expect-error there may be no identity
  c.var.aauth.sub
  return c.body(null)
})

app.get('/beside', protect(resource, { alternative }), (c) => {
  holds<Same<typeof c.var.aauth, PersonTokenAuth | MissionHeaderAuth | OtherCaller>>()
  const caller = getCaller(c)
  holds<Same<typeof caller, Caller | undefined>>()
  // @ts-expect-error who came with the other credential has no person
  c.var.aauth.sub
  return c.body(c.var.aauth.type === 'other' ? c.var.aauth.id : c.var.aauth.iss)
})

app.use(protect(resource)).get('/chained', (c) => {
  holds<Same<typeof c.var.aauth, PersonTokenAuth | MissionHeaderAuth>>()
  return c.body(null)
})

// Nothing is added to the types of other handlers.
app.get('/unguarded', (c) => {
  holds<Same<Has<typeof c.var, 'aauth'>, false>>()
  return c.body(null)
})
holds<Same<Has<ContextVariableMap, 'aauth'>, false>>()

// An app that is guarded elsewhere declares it itself.
createFactory<{ Variables: { aauth: AuthFor<'auth-token'> } }>().createHandlers((c) => {
  holds<Same<typeof c.var.aauth, PersonTokenAuth | MissionHeaderAuth>>()
  return c.body(null)
})

// The kind in `accept` reaches `check`.
protect(resource, {
  accept: 'agent-token',
  check: (caller) => {
    holds<Same<typeof caller, AgentAuth>>()
    return caller.agent.endsWith('@agent.example')
  },
})

// @ts-expect-error only a boolean is a decision
protect(resource, { check: () => 'yes' })
// @ts-expect-error this kind of token does not exist
protect(resource, { accept: 'resource-token' })
// @ts-expect-error a requirement has no such member
protect(resource, { scopes: ['notes.read'] })
// @ts-expect-error createResource makes resources
protect({ issuer: 'https://notes.example' })
