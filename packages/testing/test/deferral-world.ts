import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import {
  type Decided,
  type InteractionPage,
  type InteractionRequirement,
  interactionPage,
  managedAccess,
  requireInteraction,
  type WaitingRequest,
} from '@aauth-guard/core/managed'
import { answerRefusals, protect as protectExpress, wellKnown as routesExpress } from '@aauth-guard/express'
import { pageUrl, sealingKeys } from '@aauth-guard/fixtures/interaction'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import { protect as protectHono, wellKnown as routesHono } from '@aauth-guard/hono'
import { type Agent, createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'

export const notes = 'https://notes.example'
/** Who decides. */
export const person = 'alice'

/** A notes API that asks a person, and an agent. */
export interface DeferralWorld {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly resource: Resource
  readonly page: InteractionPage
  /** Method, path and query of each request that arrived. */
  readonly requests: readonly string[]
  /** `Prefer` of each poll. */
  readonly preferred: readonly (string | undefined)[]
  /** Requests of which the application was told. */
  readonly waiting: readonly WaitingRequest[]
  /** The person opens the page, and returns its handle. */
  arrive(code: string): Promise<string>
  /** The person agrees, and the application stores the consent. */
  agree(handle: string): Promise<void>
}

export interface DeferralOptions {
  readonly generation?: Generation
  /** An app on a socket, or one that the network calls in process. */
  readonly host?: 'express' | 'hono'
  readonly asked?: Partial<InteractionRequirement>
  readonly resource?: Partial<ResourceOptions>
}

export async function makeDeferralWorld({
  generation = 'person-token',
  host = 'express',
  asked = {},
  resource: more = {},
}: DeferralOptions = {}): Promise<DeferralWorld> {
  let inProcess: typeof fetch | undefined
  const elsewhere: typeof fetch = (input, init) => (inProcess as typeof fetch)(input, init)
  const net = await createTestNetwork({ now, seed: 'deferral', elsewhere })
  net.personServer.generations = [generation]
  const requests: string[] = []
  const preferred: (string | undefined)[] = []
  const waiting: WaitingRequest[] = []
  let consent: string | undefined
  const resource = createResource({
    issuer: notes,
    trust: 'any',
    generations: [generation],
    scopes: { 'notes.read': 'Read your notes' },
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }),
    ...more,
  })
  const guarded = requireInteraction(
    resource,
    { name: 'notes', accept: 'agent-token' },
    {
      scope: 'notes.read',
      consentOf: () => consent,
      notify: (told) => void waiting.push(told),
      ...asked,
    },
  )
  const note = (method: string, url: string, prefer: string | null | undefined): void => {
    requests.push(`${method} ${url.replace(/(\/aauth\/pending\/).*/, '$1…')}`)
    if (method === 'GET' && url.includes('/aauth/pending/')) preferred.push(prefer ?? undefined)
  }
  if (host === 'express') {
    const app = express()
    app.use((req, _res, next) => {
      note(req.method, req.url, req.get('prefer'))
      next()
    })
    app.use(routesExpress(resource))
    app.all('/notes', protectExpress(resource, guarded), (_req, res) => void res.send('the notes'))
    app.get('/job', (_req, res) => void res.status(202).location('/jobs/1').json({ job: 1 }))
    app.use(answerRefusals())
    await net.listen(app)
  } else {
    const app = new Hono()
    app.use(async ({ req }, next) => {
      note(req.method, new URL(req.url).pathname, req.header('prefer'))
      await next()
    })
    app.use(routesHono(resource))
    app.all('/notes', protectHono(resource, guarded), (c) => c.text('the notes'))
    inProcess = async (input, init) => app.fetch(new Request(input, init))
  }
  onTestFinished(() => net.close())
  const page = interactionPage(resource)
  return {
    net,
    resource,
    agent: await net.agent(),
    page,
    requests,
    preferred,
    waiting,
    arrive: async (code) => (await page.redeemCode(code, { person })).handle,
    async agree(handle) {
      consent = consentOf(await page.complete(handle, { person }))
    },
  }
}

function consentOf(decided: Decided): string {
  if (decided.outcome !== 'completed') throw new Error(`the person did not agree: ${decided.outcome}`)
  return decided.consent
}
