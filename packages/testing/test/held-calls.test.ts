import { createResource, type Resource } from '@aauth-guard/core'
import { fetchRequest, readContent as readWebContent } from '@aauth-guard/core/fetch'
import { type HeldCall, hold, managedAccess } from '@aauth-guard/core/managed'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { answerRefusals, protect, wellKnown as routesExpress } from '@aauth-guard/express'
import { sealingKeys } from '@aauth-guard/fixtures/interaction'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import { wellKnown as routesHono } from '@aauth-guard/hono'
import { type Agent, createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'

const bank = 'https://bank.example'
const url = `${bank}/payments`
const as = 'https://as.example'
const payment = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ to: 'bob', amount: 12 }),
}

type Scripted = readonly [status: number, requirement: string]

interface HeldWorld {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly runs: HeldCall[]
  /** Method and path of each request that arrived at the API. */
  readonly requests: string[]
  /** The answers of `/scripted`. */
  readonly scripted: Scripted[]
  pay(token?: string): ReturnType<Agent['call']>
}

interface HeldOptions {
  readonly generation?: Generation
  readonly host?: 'express' | 'hono'
  readonly accessServer?: string
  readonly result?: string
}

async function makeHeldWorld({
  generation = 'person-token',
  host = 'express',
  accessServer,
  result = 'paid',
}: HeldOptions = {}): Promise<HeldWorld> {
  let inProcess: typeof fetch | undefined
  const elsewhere: typeof fetch = (input, init) => (inProcess as typeof fetch)(input, init)
  const net = await createTestNetwork({ resource: bank, now, seed: 'held', elsewhere })
  net.personServer.generations = [generation]
  net.accessServer.generations = [generation]
  const resource = createResource({
    issuer: bank,
    trust: 'any',
    generations: [generation],
    scopes: { 'payments.make': 'Make payments' },
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    managed: managedAccess({ sealingKeys }),
    ...(accessServer !== undefined && { accessServer }),
  })
  const runs: HeldCall[] = []
  const payments = hold(
    resource,
    { name: 'payments.make', scope: 'payments.make' },
    async (call) => ({ status: 201, headers: { 'x-runs': `${runs.push(call)}` }, body: result }),
    { durability: 'lossy' },
  )
  const requests: string[] = []
  const scripted: Scripted[] = []
  const note = (method: string, path: string): void => {
    if (path !== '/aauth/jwks.json' && !path.startsWith('/.well-known/'))
      requests.push(`${method} ${path.replace(/(\/aauth\/pending\/).*/, '$1…')}`)
  }
  if (host === 'express') {
    await net.listen(expressApp(resource, payments, note, scripted))
  } else {
    const app = new Hono()
    app.use(async ({ req }, next) => {
      note(req.method, new URL(req.url).pathname)
      await next()
    })
    app.use(routesHono(resource))
    app.post('/payments', async ({ req: { raw } }) => {
      const answered = await payments.answer(fetchRequest(raw), (limit) => readWebContent(raw, limit))
      return new Response(answered.body, { status: answered.status, headers: answered.headers })
    })
    inProcess = async (input, init) => app.fetch(new Request(input, init))
  }
  onTestFinished(() => net.close())
  const agent = await net.agent()
  return {
    net,
    agent,
    runs,
    requests,
    scripted,
    pay: (token) =>
      agent.call(url, payment, {
        digest: true,
        params: { nonce: 'a payment' },
        ...(token !== undefined && { token }),
      }),
  }
}

function expressApp(
  resource: Resource,
  payments: ReturnType<typeof hold>,
  note: (method: string, path: string) => void,
  scripted: Scripted[],
): express.Express {
  const app = express()
  app.use((req, _res, next) => {
    note(req.method, req.path)
    next()
  })
  app.use(routesExpress(resource))
  app.post('/payments', async (req, res) => {
    const { status, headers, body } = await payments.answer(signedRequest(req), (limit) =>
      readContent(req, limit),
    )
    res.status(status).set(headers).end(body)
  })
  app.get('/balance', protect(resource, { scope: 'payments.make' }), (_req, res) => void res.json(12))
  app.get('/scripted', (_req, res) => {
    const [status, requirement] = scripted.shift() ?? [500, '']
    res.status(status).set({ location: '/scripted', 'aauth-requirement': requirement }).end()
  })
  app.use(answerRefusals())
  return app
}

describe.each(['express', 'hono'] as const)('agent.call on a route that holds calls: %s', (host) => {
  it.each([
    ['three-party', undefined],
    ['four-party', as],
  ])('gets an auth token, polls with it, and gets the result: %s [R11-181, DEFER-5]', async (_, server) => {
    const world = await makeHeldWorld({ host, ...(server !== undefined && { accessServer: server }) })
    const { response, challenges, polls, token } = await world.pay()
    expect([response.status, await response.text(), response.headers.get('x-runs')]).toEqual([
      201,
      'paid',
      '1',
    ])
    expect([challenges, polls]).toEqual([['person-token', 'auth-token'], 1])
    // Refused with the agent token, held with the person token, and not sent again.
    expect(world.requests).toEqual(['POST /payments', 'POST /payments', 'GET /aauth/pending/…'])
    expect(world.runs.map(({ body }) => new TextDecoder().decode(body))).toEqual([payment.body])
    const again = await world.pay(token)
    expect([again.response.status, again.challenges, again.polls]).toEqual([201, [], 0])
  })
})

describe('a held call', () => {
  it('of drafts 01 to 10 is challenged, and sent again', async () => {
    const world = await makeHeldWorld({ generation: 'mission-header' })
    const { response, challenges, polls } = await world.pay()
    expect([response.status, challenges, polls]).toEqual([201, ['auth-token'], 0])
    expect(world.requests).toEqual(['POST /payments', 'POST /payments'])
  })

  it('begins with an auth token that grants too little [R11-146]', async () => {
    const world = await makeHeldWorld()
    const { response, challenges, polls } = await world.pay(
      await world.agent.authToken({ scope: 'payments.list' }),
    )
    expect([response.status, challenges, polls]).toEqual([201, ['auth-token'], 1])
  })

  it('is followed by further resource tokens, five at most, while the granted scope does not suffice [R11-186]', async () => {
    const world = await makeHeldWorld()
    world.net.personServer.policy.scopes = () => []
    const { response, challenges } = await world.pay(await world.agent.personToken())
    expect([response.status, challenges]).toEqual([202, Array(6).fill('auth-token')])
    expect(world.runs).toEqual([])
  })

  it('whose scope is granted at the second attempt runs then, and the agent waits as it is told', async () => {
    const world = await makeHeldWorld()
    let attempts = 0
    world.net.personServer.policy.scopes = ({ scopes }) => (++attempts === 1 ? [] : scopes)
    const { response, polls } = await world.pay(await world.agent.personToken())
    // The second poll came less than a second after the first, and the clock stands.
    expect([response.status, polls, world.net.clock.now() - now]).toEqual([201, 3, 5])
  })

  it('has a result that is not taken for a decision about the call', async () => {
    const world = await makeHeldWorld({ result: '{"status":"authorized"}' })
    const { response } = await world.pay()
    expect([response.status, await response.json()]).toEqual([201, { status: 'authorized' }])
    expect(world.runs).toHaveLength(1)
  })

  it('has a resource token that the agent verifies before it asks anybody [AG11]', async () => {
    const { net, agent, scripted, requests } = await makeHeldWorld()
    const other = await net.agent({ name: 'other' })
    const challenged = await other.fetch(`${bank}/balance`, {}, { token: await other.personToken() })
    const foreign = challenged.headers.get('aauth-requirement') ?? ''
    const token = await agent.personToken()
    for (const requirement of [foreign, 'requirement=auth-token; resource-token="x"']) {
      scripted.push([202, requirement])
      await expect(agent.call(`${bank}/scripted`, {}, { token })).rejects.toMatchObject({
        name: 'ExchangeError',
      })
    }
    expect(requests).toEqual(['GET /balance', 'GET /scripted', 'GET /scripted'])
    expect(net.personServer.tokens().filter(({ kind }) => kind === 'auth-token')).toEqual([])
  })

  it('without a resource token is left to the caller', async () => {
    const { agent, scripted } = await makeHeldWorld()
    scripted.push([202, 'requirement=auth-token'])
    const { response, challenges, polls } = await agent.call(`${bank}/scripted`)
    expect([response.status, challenges, polls]).toEqual([202, ['auth-token'], 0])
  })

  it('is redeemed once for each resource token', async () => {
    const { agent, scripted, net } = await makeHeldWorld()
    const token = await agent.personToken()
    const challenged = await agent.fetch(`${bank}/balance`, {}, { token })
    const requirement = challenged.headers.get('aauth-requirement') ?? ''
    scripted.push([202, requirement], [202, requirement], [202, requirement], [200, ''])
    const { response, challenges, polls } = await agent.call(`${bank}/scripted`, {}, { token })
    expect([response.status, challenges, polls]).toEqual([200, ['auth-token'], 3])
    expect(net.personServer.tokens().filter(({ kind }) => kind === 'auth-token')).toHaveLength(1)
  })
})
