import { createResource, type ResourceOptions, stepUp } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  type AgentOptions,
  createTestNetwork,
  type Generation,
  type TestNetwork,
} from '@aauth-guard/testing'
import express from 'express'
import { onTestFinished } from 'vitest'

export const notes = 'https://notes.example'

/** A notes API on a loopback socket, its issuers, and an agent. */
export interface ExchangeWorld {
  readonly net: TestNetwork
  readonly agent: Agent
  /** Where the issuers are dialled. */
  readonly origins: Readonly<Record<string, string>>
}

interface WorldOptions extends AgentOptions {
  /** Whether the issuers are on sockets, or in process. */
  readonly sockets?: boolean
}

/** Three-party, or four-party with `accessServer`; `generation` is what the servers speak. */
export async function makeExchangeWorld(
  generation: Generation,
  options: Partial<ResourceOptions> = {},
  { sockets = true, ...agentOptions }: WorldOptions = {},
): Promise<ExchangeWorld> {
  const net = await createTestNetwork({ now, seed: 'ladder' })
  net.personServer.generations = [generation]
  net.accessServer.generations = [generation]
  const resource = createResource({
    issuer: notes,
    trust: 'any',
    scopes: { 'notes.read': 'Read', 'notes.write': 'Write' },
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    ...options,
  })
  const app = express()
  app.use(wellKnown(resource))
  app.get('/whoami', protect(resource, { accept: 'agent-token' }), (req, res) => {
    res.json(getAuth(req, 'agent-token').agent)
  })
  app.get('/me', protect(resource, { accept: 'person-token' }), (req, res) => {
    res.json(getAuth(req, 'person-token').ps)
  })
  app.get('/notes', protect(resource, { scope: 'notes.read' }), (req, res) => {
    const { type, generation: spoken, iss, scopes, account, mission: about } = getAuth(req, 'auth-token')
    res.json({ type, spoken, iss, scopes, account, s256: about?.s256 })
  })
  app.post('/notes', protect(resource, { scope: 'notes.write' }), (req, res) => {
    res.json(getAuth(req, 'auth-token').scopes)
  })
  const hinted = { scope: 'notes.read', challenge: () => ({ loginHint: 'alice@corp.example' }) }
  app.get('/hinted', protect(resource, hinted), (_req, res) => void res.json('hinted'))
  app.get('/workspace', protect(resource, { scope: 'notes.read' }), async (req, res) => {
    const auth = getAuth(req, 'auth-token')
    if (auth.account === null) await stepUp(resource, auth, { scope: 'notes.read', account: 'ws-7' })
    res.json(auth.account)
  })
  app.use(answerRefusals())
  const { origins } = sockets ? await net.serveIssuers() : { origins: {} }
  await net.listen(app)
  onTestFinished(() => net.close())
  return { net, origins, agent: await net.agent(agentOptions) }
}

/** The resource token with which the notes answer a call with `token`. */
export async function challenge(agent: Agent, token: string): Promise<string> {
  const { headers } = await agent.fetch(`${notes}/notes`, {}, { token })
  const [, resourceToken] = /resource-token="([^"]+)"/.exec(headers.get('aauth-requirement') ?? '') ?? []
  if (resourceToken === undefined) throw new Error('the resource asked for no auth token')
  return resourceToken
}
