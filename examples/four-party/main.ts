/**
 * Four parties: an agent, its person's server, an API, and the API's own access server, which decides what may be
 * granted. `node examples/four-party/main.ts` runs all of them on loopback: from first contact to a granted call, up
 * to a wider scope, and out again when the access server revokes.
 */
import { createResource } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import express from 'express'

const net = await createTestNetwork({ resource: 'https://notes.example' })

// The API. All that makes it four-party is `accessServer`: resource tokens go there, and only its auth tokens count.
const resource = createResource({
  issuer: net.resource,
  trust: 'any',
  accessServer: net.accessServer.id,
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' },
  fetch: net.fetch,
})
const app = express()
app.use(wellKnown(resource))
app.get('/notes', protect(resource, { scope: 'notes.read' }), (req, res) => {
  const { iss, scopes } = getAuth(req, 'auth-token')
  res.json({ granted: scopes, by: iss })
})
app.post('/notes', protect(resource, { scope: 'notes.write' }), (req, res) => {
  res.json({ granted: getAuth(req, 'auth-token').scopes })
})
app.use(answerRefusals())

// Everybody gets a socket of their own.
await net.serveIssuers()
await net.listen(app)

let failed = false
const notes = `${net.resource}/notes`
const agent = await net.agent()

const first = await agent.call(notes)
tell('The agent has never met the API. It was asked for', first.challenges, ['person-token', 'auth-token'])
tell('With what the access server granted it reads', await first.response.json(), {
  granted: ['notes.read'],
  by: net.accessServer.id,
})

const wider = await agent.call(notes, { method: 'POST' }, { token: first.token })
tell('To write it needs more, and was asked for', wider.challenges, ['auth-token'])
tell('Now it may do both', await wider.response.json(), { granted: ['notes.read', 'notes.write'] })

await revoke(wider.token)
const after = await agent.fetch(notes, {}, { token: wider.token })
tell('The access server has withdrawn that token', after.headers.get('signature-error'), 'error=revoked_jwt')

const own = await personServersOwnToken(agent)
tell('A token of the person server alone does not count here', own, 'error=invalid_jwt')

await net.close()
process.exitCode = failed ? 1 : 0

/** Prints what happened, and fails the program when it is not what should have. */
function tell(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value))
  console.log(`${is === should ? '✓' : '✗'} ${what}: ${is}${is === should ? '' : `, and not ${should}`}`)
  failed ||= is !== should
}

async function revoke(token: string): Promise<void> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  const { jti, exp } = JSON.parse(payload) as { jti: string; exp: number }
  await net.accessServer.revoke(net.resource, { jti, exp })
}

async function personServersOwnToken(caller: Agent): Promise<string | null> {
  const token = await caller.authToken({ scope: 'notes.read' })
  return (await caller.fetch(notes, {}, { token })).headers.get('signature-error')
}
