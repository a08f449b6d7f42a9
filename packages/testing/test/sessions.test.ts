import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AnyRequirement, type Auth, createResource, type Resource } from '@aauth-guard/core'
import {
  createConsent,
  grantSession,
  type InteractionPage,
  interactionPage,
  managedAccess,
  requireInteraction,
} from '@aauth-guard/core/managed'
import * as onExpress from '@aauth-guard/express'
import { pageUrl, sealingKeys } from '@aauth-guard/fixtures/interaction'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import * as onHono from '@aauth-guard/hono'
import { type Agent, createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'

const notes = 'https://notes.example'
const person = 'alice'
type Host = 'express' | 'hono'

interface SessionWorld {
  readonly net: TestNetwork
  readonly resource: Resource
  readonly agent: Agent
  readonly page: InteractionPage
  /** `Authorization` and `Signature-Input` of each request for notes. */
  readonly sent: { readonly authorization: string | undefined; readonly input: string }[]
}

async function makeSessionWorld(generation: Generation, host: Host): Promise<SessionWorld> {
  let inProcess: typeof fetch | undefined
  const elsewhere: typeof fetch = (input, init) => (inProcess as typeof fetch)(input, init)
  const net = await createTestNetwork({ now, seed: 'sessions', elsewhere })
  net.personServer.generations = [generation]
  const resource = createResource({
    issuer: notes,
    trust: 'any',
    generations: [generation],
    scopes: { 'notes.read': 'Read your notes' },
    defaultScope: 'notes.read',
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }),
  })
  const tokens =
    generation === 'person-token' ? (['agent-token', 'person-token'] as const) : (['agent-token'] as const)
  const open = { accept: tokens, sessions: true } as AnyRequirement
  const reading = { accept: [...tokens, 'auth-token'], sessions: true, scope: 'notes.read' } as AnyRequirement
  const asking = requireInteraction(
    resource,
    { name: 'asking', accept: 'agent-token', sessions: true },
    { scope: 'notes.read' },
  )
  const agree = async (auth: Auth): Promise<void> => {
    const { id } = await createConsent(resource, auth, { person, scope: 'notes.read' })
    await grantSession(resource, auth, id)
  }
  const whose = ({ type, session }: Auth): string => `${type} of ${session?.person ?? 'nobody'}`
  const sent: SessionWorld['sent'] = []
  if (host === 'express') {
    const app = express()
    app.use(onExpress.wellKnown(resource))
    app.use(({ headers, path }, _res, next) => {
      if (path === '/notes')
        sent.push({ authorization: headers.authorization, input: `${headers['signature-input']}` })
      next()
    })
    app.post('/agree', onExpress.protect(resource, open as never), async (req, res) => {
      await agree(req.aauth as Auth)
      res.sendStatus(204)
    })
    app.get(
      '/notes',
      onExpress.protect(resource, reading as never),
      (req, res) => void res.send(whose(req.aauth as Auth)),
    )
    app.get(
      '/asking',
      onExpress.protect(resource, asking),
      (req, res) => void res.send(whose(req.aauth as Auth)),
    )
    app.use(onExpress.answerRefusals())
    await net.listen(app)
  } else {
    const app = new Hono<{ Variables: { aauth: Auth } }>()
    app.use(onHono.wellKnown(resource))
    app.use(async ({ req }, next) => {
      if (req.path === '/notes')
        sent.push({ authorization: req.header('authorization'), input: `${req.header('signature-input')}` })
      await next()
    })
    app.post('/agree', onHono.protect(resource, open as never), async (c) => {
      await agree(c.get('aauth'))
      return c.body(null, 204)
    })
    app.get('/notes', onHono.protect(resource, reading as never), (c) => c.text(whose(c.get('aauth'))))
    app.get('/asking', onHono.protect(resource, asking), (c) => c.text(whose(c.get('aauth'))))
    inProcess = async (input, init) => app.fetch(new Request(input, init))
  }
  onTestFinished(() => net.close())
  return { net, resource, agent: await net.agent(), page: interactionPage(resource), sent }
}

const agreement = { method: 'POST' }

describe.each([
  ['person-token', 'express'],
  ['mission-header', 'express'],
  ['person-token', 'hono'],
  ['mission-header', 'hono'],
] as const)('an agent with a session: %s, %s', (generation, host) => {
  it('sends it back, under its signature, until it gets another one [ACCESS-2, ACCESS-5, R11-194, R11-196]', async () => {
    const { agent, sent, net } = await makeSessionWorld(generation, host)
    expect(agent.sessionAt(notes)).toBeUndefined()
    const agreed = await agent.call(`${notes}/agree`, agreement)
    const first = agreed.response.headers.get('aauth-access')
    expect([agreed.response.status, agent.sessionAt(`${notes}/any/path`)]).toEqual([204, first])
    expect(await (await agent.fetch(`${notes}/notes`)).text()).toBe('agent-token of alice')
    expect(sent.map(({ authorization }) => authorization)).toEqual([`AAuth ${first}`])
    expect(sent[0]?.input).toContain('"authorization"')
    net.clock.advance(1801)
    await agent.call(`${notes}/notes`)
    const second = agent.sessionAt(notes)
    expect([typeof second, second === first]).toEqual(['string', false])
    await agent.call(`${notes}/notes`)
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      `AAuth ${first}`,
      `AAuth ${first}`,
      `AAuth ${second}`,
    ])
  })

  it('gets it with the decision of a person, without another callback [R11-191]', async () => {
    const { agent, page } = await makeSessionWorld(generation, host)
    let shown = 0
    const onInteraction = async ({ code }: { readonly code: string }): Promise<void> => {
      shown += 1
      const { handle } = await page.redeemCode(code, { person })
      await page.complete(handle, { person })
    }
    const first = await agent.call(`${notes}/asking`, {}, { onInteraction })
    expect([await first.response.text(), first.polls]).toEqual(['agent-token of alice', 1])
    const second = await agent.call(`${notes}/asking`, {}, { onInteraction })
    expect([await second.response.text(), second.polls, shown]).toEqual(['agent-token of alice', 0, 1])
  })

  it('is asked again after the consent has ended [ACCESS-7, R11-197]', async () => {
    const { agent, resource } = await makeSessionWorld(generation, host)
    await agent.call(`${notes}/agree`, agreement)
    await resource.managed.end({ person })
    const { response, challenges } = await agent.call(`${notes}/notes`)
    expect([response.status, await response.text()]).toEqual([200, 'auth-token of nobody'])
    expect(challenges).toContain('auth-token')
  })
})

describe('a session', () => {
  const make = () => makeSessionWorld('person-token', 'express')

  it('is sent beside a person token, and not beside an auth token', async () => {
    const { agent, sent } = await make()
    const token = await agent.personToken()
    await agent.call(`${notes}/agree`, agreement, { token })
    const read = await agent.call(`${notes}/notes`, {}, { token })
    expect(await read.response.text()).toBe('person-token of alice')
    await agent.call(`${notes}/notes`, {}, { token: await agent.authToken({ scope: 'notes.read' }) })
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      `AAuth ${agent.sessionAt(notes)}`,
      undefined,
    ])
  })

  it('is neither kept nor sent by an explicit request [ACCESS-2]', async () => {
    const { agent, sent } = await make()
    const token = await agent.agentToken()
    const agreed = await agent.fetch(`${notes}/agree`, agreement, { token })
    const access = agreed.headers.get('aauth-access') as string
    expect([typeof access, agent.sessionAt(notes)]).toEqual(['string', undefined])
    expect((await agent.fetch(`${notes}/notes`, {}, { token })).status).toBe(401)
    const read = await agent.fetch(`${notes}/notes`, {}, { token, access })
    expect(await read.text()).toBe('agent-token of alice')
    const called = await agent.call(`${notes}/notes`, {}, { access })
    expect(await called.response.text()).toBe('agent-token of alice')
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      undefined,
      `AAuth ${access}`,
      `AAuth ${access}`,
    ])
  })

  it('gives way to an Authorization of the request', async () => {
    const { agent, sent } = await make()
    await agent.call(`${notes}/agree`, agreement)
    await agent.call(`${notes}/notes`, { headers: { Authorization: 'Basic eDp5' } })
    expect(sent[0]?.authorization).toBe('Basic eDp5')
    const headers = { authorization: 'Basic eDp5' }
    const both = agent.fetch(`${notes}/notes`, { headers }, { token: await agent.agentToken(), access: 'a' })
    await expect(both).rejects.toThrow(TypeError)
  })

  it('belongs to the key that it was given to [ACCESS-3, R11-195]', async () => {
    const { net, agent, sent } = await make()
    await agent.call(`${notes}/agree`, agreement)
    const other = await net.agent({ runtime: 'second' })
    await other.call(`${notes}/notes`)
    expect([other.sessionAt(notes), sent[0]?.authorization]).toEqual([undefined, undefined])
  })
})

describe('the sessions of an agent', () => {
  const origin = 'https://given.example'

  /** A resource that gives a value, and the `Authorization` fields that arrived. */
  async function giving(access: () => string | readonly string[]) {
    const net = await createTestNetwork({ now, seed: 'sessions' })
    onTestFinished(() => net.close())
    const arrived: (string | undefined)[] = []
    const app = (req: IncomingMessage, res: ServerResponse): void => {
      arrived.push(req.headers.authorization)
      res.setHeader('aauth-access', access() as string).end()
    }
    await net.listen(app, origin)
    return { net, app, arrived, agent: await net.agent() }
  }

  it.each([
    ['nothing', ''],
    ['white space', 'a b'],
    ['two values', ['a', 'b']],
    ['a scheme', 'AAuth a'],
    ['a quoted value', '"a"'],
    ['padding in the middle', 'a=b'],
    ['padding alone', '='],
    ['more than 4096 octets', 'a'.repeat(4097)],
  ])('do not change by %s [ACCESS-1, ACCESS-6, R11-192, R11-193]', async (_, wrong) => {
    let access: string | readonly string[] = 'A-z._~+/0=='
    const { agent, arrived } = await giving(() => access)
    await agent.call(origin)
    access = wrong
    await agent.call(origin)
    await agent.call(origin)
    expect(arrived).toEqual([undefined, 'AAuth A-z._~+/0==', 'AAuth A-z._~+/0=='])
  })

  it('are sent to the origin that gave them', async () => {
    const { net, app, agent, arrived } = await giving(() => 'value')
    await net.listen(app, 'https://other.example')
    await agent.call(origin)
    await agent.call('https://other.example')
    await agent.call(`${origin}/elsewhere`)
    expect(arrived).toEqual([undefined, undefined, 'AAuth value'])
  })

  it('are kept for the hundred origins that were used last', async () => {
    const { net, app, agent, arrived } = await giving(() => (arrived.at(-1) === undefined ? 'value' : ''))
    const others = Array.from({ length: 100 }, (_, index) => `https://other-${index}.example`)
    const { url } = await net.listen(app, 'https://all.example')
    await agent.call(others[0] as string, {}, { via: url })
    await agent.call(origin)
    // Used again, so that the other one is the oldest.
    await agent.call(others[0] as string, {}, { via: url })
    for (const other of others.slice(1)) await agent.call(other, {}, { via: url })
    expect(agent.sessionAt(origin)).toBeUndefined()
    expect(others.map((other) => agent.sessionAt(other))).toEqual(Array(100).fill('value'))
  })
})
