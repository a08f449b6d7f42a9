/** What the compiler says about guarded middleware. Checked by `tsc` with everything else; never run. */
import type {
  AgentAuth,
  AlternativeCredential,
  Caller,
  MissionHeaderAuth,
  OtherCaller,
  PersonAuth,
  PersonTokenAuth,
  Resource,
} from '@aauth-guard/core'
import type { Same } from '@aauth-guard/fixtures/same-type'
import { getAuth, getCaller, protect } from '@aauth-guard/koa'
import Router from '@koa/router'
import Koa, { type Context, type DefaultState } from 'koa'

type Has<State, Name extends PropertyKey> = Name extends keyof State ? true : false
declare function holds<_Claim extends true>(): void
declare const resource: Resource
declare const alternative: AlternativeCredential
declare const anyContext: Context

/** An app with the state that its middleware sets. */
const app = new Koa<{ requestId: string }>()

app.use(protect(resource)).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, PersonTokenAuth | MissionHeaderAuth>>()
  holds<Same<typeof ctx.state.requestId, string>>()
  // @ts-expect-error an identity cannot be changed
  ctx.state.aauth.iss = 'https://elsewhere.example'
  // @ts-expect-error nor its scopes
  ctx.state.aauth.scopes.push('notes.write')
})

app.use(protect(resource, { accept: 'agent-token' })).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, AgentAuth>>()
})

app.use(protect(resource, { accept: 'person-token' })).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, PersonAuth | PersonTokenAuth>>()
})

app.use(protect(resource, { accept: ['agent-token', 'auth-token'] })).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, AgentAuth | PersonTokenAuth | MissionHeaderAuth>>()
})

app.use(protect(resource, { optional: true })).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, PersonTokenAuth | MissionHeaderAuth | undefined>>()
  // @ts-expect-error there may be no identity
  ctx.state.aauth.sub
})

app.use(protect(resource, { alternative })).use((ctx) => {
  holds<Same<typeof ctx.state.aauth, PersonTokenAuth | MissionHeaderAuth | OtherCaller>>()
  // @ts-expect-error who came with the other credential has no person
  ctx.state.aauth.sub
})
const caller = getCaller(anyContext)
holds<Same<typeof caller, Caller | undefined>>()

// Nothing is added to the types of other middleware.
new Koa<{ requestId: string }>().use((ctx) => {
  holds<Same<Has<typeof ctx.state, 'aauth'>, false>>()
})
holds<Same<Has<DefaultState, 'aauth'>, Has<DefaultState, 'anything'>>>()

// With @koa/router, whose state is `any` unless it says otherwise, and with getAuth.
const router = new Router<{ requestId: string }>()
router.get('/notes/:id', protect(resource), (ctx) => {
  holds<Same<typeof ctx.state.aauth, PersonTokenAuth | MissionHeaderAuth>>()
  const id: string | undefined = ctx.params.id
  ctx.body = id
})
const auth = getAuth(anyContext, 'auth-token')
holds<Same<typeof auth, PersonTokenAuth | MissionHeaderAuth>>()
const agent = getAuth(anyContext, 'agent-token')
holds<Same<typeof agent, AgentAuth>>()
const person = getAuth(anyContext, 'person-token')
holds<Same<typeof person, PersonAuth | PersonTokenAuth>>()
// @ts-expect-error this kind of token does not exist
getAuth(anyContext, 'resource-token')

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
