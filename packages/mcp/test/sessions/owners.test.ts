import { otherS256, s256 } from '@aauth-guard/fixtures/missions'
import type { Agent, SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { call, Events, protect, type Scene, verdictOf } from '../scene.ts'
import { sessionHosts, v1Sessions } from '../servers/hosts.ts'
import { begin, initialize, inSession } from './session-scene.ts'

const scope = 'notes.read'

/** Who else might try to use a session of `ada` under a mission. */
const others: [who: string, caller: (scene: Scene) => Promise<{ agent?: Agent; token: string }>][] = [
  [
    'another person',
    async ({ agent }) => ({ token: await agent.authToken({ scope, sub: 'bob', mission: s256 }) }),
  ],
  [
    'another mission',
    async ({ agent }) => ({ token: await agent.authToken({ scope, sub: 'ada', mission: otherS256 }) }),
  ],
  ['no mission', async ({ agent }) => ({ token: await agent.authToken({ scope, sub: 'ada' }) })],
  ['an agent token', async ({ agent }) => ({ token: await agent.agentToken() })],
  [
    'another agent with the same mission',
    async ({ net }) => {
      const agent = await net.agent({ name: 'other' })
      return { agent, token: await agent.authToken({ scope, sub: 'ada', mission: s256 }) }
    },
  ],
  [
    'an agent of another provider, with the same mission',
    async ({ net }) => {
      const provider = await net.issuer('agent-provider', 'https://other.example')
      const agent = await net.agent({ provider })
      return {
        agent,
        token: await agent.authToken({ scope, sub: 'ada', mission: s256, generation: 'mission-header' }),
      }
    },
  ],
]

let fresh = 0
/** What one can do with a session. No two messages are the same. */
const uses: [
  what: string,
  use: (id: string) => { method?: string; body?: unknown; headers: Record<string, string> },
][] = [
  [
    'a call',
    (id) => ({ body: call('tools/call', { name: 'notes.list', arguments: {} }), headers: inSession(id) }),
  ],
  [
    'a notification',
    (id) => ({
      body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: fresh++ } },
      headers: inSession(id),
    }),
  ],
  [
    'an answer to an elicitation',
    (id) => ({ body: { jsonrpc: '2.0', id: fresh++, result: { action: 'accept' } }, headers: inSession(id) }),
  ],
  ['a stream', (id) => ({ method: 'GET', headers: inSession(id, { accept: 'text/event-stream' }) })],
  [
    'a stream that is resumed',
    (id) => ({
      method: 'GET',
      headers: inSession(id, { accept: 'text/event-stream', 'last-event-id': 'x' }),
    }),
  ],
  ['the end of the session', (id) => ({ method: 'DELETE', headers: inSession(id) })],
]

describe.each(sessionHosts)('$name', (host) => {
  it.each(others)(
    'a session of somebody else answers %s with 404, as if there were none',
    async (_, caller) => {
      const scene = await protect(host)
      const id = await begin(scene, await scene.agent.authToken({ scope, sub: 'ada', mission: s256 }))
      const other = await caller(scene)
      for (const [what, use] of uses) {
        const response = await scene.send({ ...other, ...use(id) })
        const unknown = await scene.send({ ...other, ...use('no-such-session') })
        expect([what, ...(await verdictOf(response))]).toEqual([what, 404, -32001])
        expect([what, ...(await verdictOf(unknown))]).toEqual([what, 404, -32001])
      }
      expect(scene.calls.made).toEqual([])
      // The session is still there.
      const token = await scene.agent.authToken({ scope, sub: 'ada', mission: s256 })
      const own = call('tools/call', { name: 'notes.list', arguments: {} })
      expect((await scene.send({ token, body: own, headers: inSession(id) })).status).toBe(200)
    },
  )

  it('a session without a mission belongs to one person and key', async () => {
    const scene = await protect(host)
    const { agent, net, send } = scene
    const id = await begin(scene, await agent.authToken({ scope, sub: 'ada' }))
    const ping = { body: call('ping'), headers: inSession(id) }
    const runtime = await net.agent({ runtime: 'second' })
    expect((await send({ token: await agent.authToken({ scope, sub: 'ada' }), ...ping })).status).toBe(200)
    expect((await send({ token: await agent.authToken({ scope, sub: 'bob' }), ...ping })).status).toBe(404)
    const token = await runtime.authToken({ scope, sub: 'ada' })
    expect((await send({ agent: runtime, token, ...ping })).status).toBe(404)
  })

  it('a person token and an auth token of one person share a session', async () => {
    const scene = await protect(host)
    const { agent, send } = scene
    const id = await begin(scene, await agent.personToken({ sub: 'ada' }))
    const token = await agent.authToken({ scope, sub: 'ada' })
    expect((await send({ token, body: call('ping'), headers: inSession(id) })).status).toBe(200)
  })

  it('clients that must begin with a token of a person keep their session when a tool asks for more', async () => {
    const scene = await protect(host, { connect: { accept: 'person-token' } })
    const { agent, send } = scene
    const agentToken = await agent.agentToken()
    expect(await verdictOf(await send({ token: agentToken, body: initialize() }))).toEqual([
      401,
      'person_token_required',
    ])
    const headers = inSession(await begin(scene, await agent.personToken({ sub: 'ada' })))
    const list = { name: 'notes.list', arguments: {} }
    const token = await agent.authToken({ scope, sub: 'ada' })
    expect((await send({ token, body: call('tools/call', list), headers })).status).toBe(200)
  })

  it('another runtime of the same agent provider may use a session under a mission', async () => {
    const scene = await protect(
      host,
      {},
      { trust: { agentProviders: 'any', personServers: ['https://ps.example'] } },
    )
    const { agent, net, send } = scene
    const grant = { scope, sub: 'ada', mission: s256, generation: 'mission-header' } as const
    const id = await begin(scene, await agent.authToken(grant))
    const runtime = await net.agent({ runtime: 'second' })
    const token = await runtime.authToken(grant)
    expect((await send({ agent: runtime, token, body: call('ping'), headers: inSession(id) })).status).toBe(
      200,
    )
  })

  it('a session does not outlive its mission', async () => {
    const scene = await protect(host)
    const { agent, resource, send } = scene
    const token = await agent.authToken({ scope, sub: 'ada', mission: s256 })
    const id = await begin(scene, token)
    await resource.missions.terminate({ approver: 'https://ps.example', s256 })
    const response = await send({ token, body: call('ping'), headers: inSession(id) })
    expect(await verdictOf(response)).toEqual([403, 'mission_terminated'])
  })

  it('a session that its owner ended is gone', async () => {
    const scene = await protect(host)
    const token = await scene.agent.authToken({ scope })
    const id = await begin(scene, token)
    expect((await scene.send({ token, method: 'DELETE', headers: inSession(id) })).status).toBe(200)
    expect((await scene.send({ token, body: call('ping'), headers: inSession(id) })).status).toBe(404)
  })

  it('a stream is resumed by its owner, in its own session only', async () => {
    const scene = await protect(host)
    const { agent, send } = scene
    const [ada, bob] = [
      await agent.authToken({ scope, sub: 'ada' }),
      await agent.authToken({ scope, sub: 'bob' }),
    ]
    const [ofAda, ofBob] = [await begin(scene, ada), await begin(scene, bob)]
    const body = call('tools/call', { name: 'notes.list', arguments: {} })
    const answered = new Events(await send({ token: ada, body, headers: inSession(ofAda) }))
    const first = await answered.next()
    expect(first?.id).toEqual(expect.any(String))
    const resume = (token: string, id: string, last: string) =>
      send({
        token,
        method: 'GET',
        headers: inSession(id, { accept: 'text/event-stream', 'last-event-id': last }),
      })
    // Bob has a session of his own, and Ada's event id.
    expect((await resume(bob, ofBob, first?.id ?? '')).status).toBe(404)
    expect((await resume(bob, ofAda, first?.id ?? '')).status).toBe(404)
    // The id as the server knows it does not help either.
    expect((await resume(bob, ofBob, (first?.id ?? '').split('.').slice(1).join('.'))).status).toBe(404)
    const resumed = new Events(await resume(ada, ofAda, first?.id ?? ''))
    let event = await resumed.next()
    while (event !== undefined && event.message === undefined) event = await resumed.next()
    expect(event?.message?.result?.content?.[0]?.text).toBe('notes.list')
  })

  it.each(['mcp-session-id', 'last-event-id'])('a stream with two lines of %s is refused', async (name) => {
    const scene = await protect(host)
    const token = await scene.agent.authToken({ scope })
    const id = await begin(scene, token)
    const headers = inSession(id, { accept: 'text/event-stream', 'last-event-id': 'x' })
    const added: readonly [string, string] = [name, 'x']
    const onTheWay = (message: SignedMessage) => ({ ...message, headers: [added, ...message.headers] })
    const response = await scene.send({ token, method: 'GET', headers, onTheWay })
    // Hosts of SDK 2 join the lines, and nothing has the name that comes of it.
    expect((await verdictOf(response))[0]).toBe(host === v1Sessions ? 400 : 404)
  })

  it('an event id without a session answers 404', async () => {
    const { agent, send } = await protect(host)
    const token = await agent.authToken({ scope })
    const headers = { accept: 'text/event-stream', 'last-event-id': 'x' }
    expect((await send({ token, method: 'GET', headers })).status).toBe(404)
  })
})

describe.each(sessionHosts)('$name', (host) => {
  it('a caller has as many sessions as "perCaller" says, and others have theirs', async () => {
    const scene = await protect(host, { sessions: { perCaller: 2 } })
    const [ada, bob] = [
      await scene.agent.authToken({ sub: 'ada' }),
      await scene.agent.authToken({ sub: 'bob' }),
    ]
    const first = await begin(scene, ada)
    await begin(scene, ada)
    expect(await verdictOf(await scene.send({ token: ada, body: initialize() }))).toEqual([
      429,
      'rate_limited',
    ])
    await begin(scene, bob)
    await scene.send({ token: ada, method: 'DELETE', headers: inSession(first) })
    await begin(scene, ada)
  })

  it('there are as many sessions as "total" says', async () => {
    const scene = await protect(host, { sessions: { total: 2 } })
    for (const sub of ['ada', 'bob']) await begin(scene, await scene.agent.authToken({ sub }))
    const token = await scene.agent.authToken({ sub: 'eve' })
    expect(await verdictOf(await scene.send({ token, body: initialize() }))).toEqual([429, 'rate_limited'])
  })

  it('a session is forgotten after "idle" seconds, unless a stream of it is open', async () => {
    let seconds = 0
    const forgotten: string[] = []
    const onIdle = (id: string) => void forgotten.push(id)
    const scene = await protect(host, { now: () => seconds, sessions: { idle: 60, onIdle } })
    const token = await scene.agent.authToken({ scope })
    const [quiet, watched] = [await begin(scene, token), await begin(scene, token)]
    const headers = inSession(watched, { accept: 'text/event-stream' })
    const stream = await scene.send({ token, method: 'GET', headers })
    seconds = 61
    expect((await scene.send({ token, body: call('ping'), headers: inSession(quiet) })).status).toBe(404)
    expect((await scene.send({ token, body: call('ping'), headers: inSession(watched) })).status).toBe(200)
    expect(forgotten).toEqual([quiet])
    await stream.body?.cancel()
  })
})
