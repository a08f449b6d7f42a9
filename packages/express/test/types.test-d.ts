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
import { getAuth, getCaller, protect } from '@aauth-guard/express'
import type { Same } from '@aauth-guard/fixtures/same-type'
import express from 'express'

declare function holds<_Claim extends true>(): void
declare const resource: Resource
declare const alternative: AlternativeCredential

const app = express()

app.get('/notes/:id', protect(resource), (req) => {
  holds<Same<typeof req.params.id, string>>()
  // @ts-expect-error the path has no such parameter
  req.params.nope
})

app.get('/notes/:id', protect(resource, { scope: 'notes.read' }), protect(resource), (req, res) => {
  holds<Same<typeof req.params.id, string>>()
  res.json({ id: req.params.id })
})

app.get('/beside/:id', protect(resource, { alternative }), (req) => {
  holds<Same<typeof req.params.id, string>>()
  // The property is an identity or nothing; who came with the other credential is the caller.
  holds<Same<typeof req.aauth, Auth | undefined>>()
  const caller = getCaller(req)
  holds<Same<typeof caller, Caller | undefined>>()
})

app.get('/who', protect(resource), (req) => {
  const auth = getAuth(req, 'auth-token')
  holds<Same<typeof auth, PersonTokenAuth | MissionHeaderAuth>>()
  const agent = getAuth(req, 'agent-token')
  holds<Same<typeof agent, AgentAuth>>()
  const person = getAuth(req, 'person-token')
  holds<Same<typeof person, PersonAuth | PersonTokenAuth>>()
  holds<Same<typeof req.aauth, Auth | undefined>>()
  // @ts-expect-error this kind of token does not exist
  getAuth(req, 'resource-token')
  // @ts-expect-error the slot is read-only
  req.aauth = auth
  // @ts-expect-error an identity cannot be changed
  auth.iss = 'https://elsewhere.example'
  // @ts-expect-error nor its scopes
  auth.scopes.push('notes.write')
})

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
// @ts-expect-error this kind of token does not exist
protect(resource, { accept: 'resource-token' })
// @ts-expect-error a requirement has no such member
protect(resource, { scopes: ['notes.read'] })
// @ts-expect-error createResource makes resources
protect({ issuer: 'https://notes.example' })
