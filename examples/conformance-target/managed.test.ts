import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adapters } from './apps/adapters.ts'
import { capable, type ManagedWorld, requirementOf, sealingKeys, startManaged } from './managed-world.ts'
import { api } from './target-world.ts'

const either = ['agent-token', 'auth-token']
const operation = { tool: 'send_email' }
const ofClass = JSON.stringify({ operations: [operation] })
const s256Of = (text: string): string => createHash('sha256').update(text).digest('base64url')

const routes = [
  {
    path: '/notes',
    require: { accept: 'agent-token' },
    managed: { interaction: { scope: ['data.read', 'data.write'], lifetime: 120 } },
  },
  { path: '/either', require: { accept: either }, managed: { interaction: { scope: 'data.read' } } },
  {
    path: '/approve',
    require: { accept: either },
    managed: { interaction: { scope: 'data.read', by: 'approval' } },
  },
  {
    path: '/person',
    require: { accept: 'person-token' },
    managed: { interaction: { scope: 'data.read' } },
  },
]
const sessionRoutes = [
  {
    path: '/session',
    require: { accept: 'agent-token' },
    managed: { session: { person: 'alice', scope: 'data.read', lifetime: 7200 } },
  },
  { path: '/with-session', require: { accept: either, scope: 'data.read', sessions: true } },
  {
    path: '/asked',
    require: { accept: 'agent-token', sessions: true },
    managed: { interaction: { scope: 'data.read' } },
  },
]
const held = (hold: object, path: string) => ({
  path,
  require: { scope: 'data.write' },
  managed: { hold: { durability: 'lossy', ...hold } },
})
const heldRoutes = [
  held({ fields: ['x-kept'] }, '/pay'),
  held({ run: 'throws' }, '/throws'),
  held({ run: 'throws', idempotent: true }, '/again'),
  held({ run: 'refuses' }, '/refuses'),
  held({ run: 'waits' }, '/waits'),
  held({ maxResult: 1024 }, '/small'),
  held({ perCall: { operation, digested: ['body'], documents: [ofClass] } }, '/mail'),
]
const claims = ['r3_s256', 'r3_granted', 'r3_per_call']
const linked = {
  'alice@api': [{ ps: 'https://ps.example', sub: 'person-1' }],
  'carol@api': [{ ps: 'https://ps.example', sub: 'person-1', tenant: 'acme.example' }],
}
const managed = { sealingKeys, interaction: { url: `${api}/page`, linked } }
const json = { 'content-type': 'application/json' }

describe.each(Object.keys(adapters))('a person is asked on %s', (adapter) => {
  let world: ManagedWorld
  beforeAll(async () => {
    world = await startManaged({ adapter, managed, routes })
  }, 60_000)
  beforeEach(() => world.replaceAgent())
  afterAll(() => world.end())

  /** Calls a route that asks, and returns what the agent is told. */
  async function ask(token: string, path = '/notes') {
    const response = await world.send(token, path, { headers: capable })
    const { code = '', url, requirement } = requirementOf(response)
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      code,
      url,
      requirement,
    }
  }

  it('interaction: an agent waits, the person agrees to a part, and the agent gets that part [INT-1, INT-3, DEFER-1, DEFER-3]', async () => {
    const { send, poll, control, agent } = world
    const token = await agent.agentToken()
    const { status, location, code, url, requirement } = await ask(token)
    expect([status, url, requirement]).toEqual([202, `${api}/page`, 'interaction'])
    expect(await (await poll(token, location)).json()).toEqual({ status: 'pending' })
    const opened = await control('managed/open', { code, person: 'alice' })
    expect(opened).toMatchObject({
      status: 200,
      body: {
        route: '/notes',
        agent: { id: agent.id },
        answersQuestions: true,
        scopes: [{ scope: 'data.read' }, {}],
      },
    })
    expect(opened.body.expires - opened.body.since).toBe(120)
    expect(await (await poll(token, location)).json()).toEqual({ status: 'interacting' })
    const handle = opened.body.handle
    const other = await control('managed/decide', { handle, person: 'bob', outcome: 'complete' })
    const wider = await control('managed/decide', {
      handle,
      person: 'alice',
      outcome: 'complete',
      scopes: ['x'],
    })
    expect([other.status, wider.status, wider.body.error]).toEqual([404, 400, 'invalid_scope'])
    const decision = { handle, person: 'alice', outcome: 'complete', scopes: ['data.read'], lifetime: 60 }
    const decided = await control('managed/decide', decision)
    expect(decided.body).toMatchObject({ outcome: 'completed', scopes: ['data.read'] })
    const told = await poll(token, location)
    expect(await told.json()).toEqual({ status: 'authorized', scope: 'data.read' })
    expect((await poll(token, location)).status).toBe(410)
    // The route asks for more than was agreed.
    expect((await send(token, '/notes', { headers: capable })).status).toBe(202)
  })

  it('decide: a code alone is enough, once, and the consent counts until it ends [INT-3]', async () => {
    const { send, control, agent, pass } = world
    const token = await agent.agentToken({ lifetime: 3000 })
    const { code } = await ask(token)
    const complete = { code, person: 'alice', outcome: 'complete', lifetime: 600 }
    const { body } = await control('managed/decide', complete)
    expect((await control('managed/decide', complete)).body.error).toBe('gone')
    const served = await send(token, '/notes')
    expect(await served.json()).toMatchObject({ auth: { type: 'agent-token', agent: agent.id } })
    expect(
      (await control('managed/narrow', { consent: body.consent, scope: ['data.write'] })).body,
    ).toMatchObject({
      consent: { person: 'alice', scopes: ['data.write'] },
    })
    expect((await send(token, '/notes', { headers: capable })).status).toBe(202)
    await control('managed/decide', {
      code: (await ask(token)).code,
      person: 'alice',
      outcome: 'complete',
      lifetime: 60,
    })
    expect((await send(token, '/notes')).status).toBe(200)
    await pass(60)
    expect((await send(token, '/notes', { headers: capable })).status).toBe(202)
  })

  it.each([
    ['deny', 403, 'denied'],
    ['abandon', 403, 'abandoned'],
  ])('decide: %s reaches the agent as %i %s [DEFER-4]', async (outcome, status, error) => {
    const { poll, control, agent } = world
    const token = await agent.agentToken()
    const { location, code } = await ask(token)
    await control('managed/decide', { code, person: 'alice', outcome })
    const told = await poll(token, location)
    expect([told.status, await told.json()]).toMatchObject([status, { error }])
  })

  it('lifetime: what nobody decides in time expires [DEFER-4]', async () => {
    const { poll, pass, agent } = world
    const token = await agent.agentToken({ lifetime: 3000 })
    const { location } = await ask(token)
    await pass(120)
    const told = await poll(token, location)
    expect([told.status, await told.json()]).toMatchObject([408, { error: 'expired' }])
  })

  it('ask: the agent answers a question of the person [DEFER-7]', async () => {
    const { send, poll, control, agent } = world
    const token = await agent.agentToken()
    const { location, code } = await ask(token)
    const { body } = await control('managed/open', { code, person: 'alice' })
    const question = { question: 'Which?', options: ['all', 'one'], timeout: 60 }
    const handle = body.handle
    expect((await control('managed/ask', { handle, person: 'alice', ...question })).status).toBe(200)
    const polled = await poll(token, location)
    expect([requirementOf(polled).requirement, await polled.json()]).toMatchObject([
      'clarification',
      { clarification: 'Which?', options: ['all', 'one'], timeout: 60 },
    ])
    const answer = JSON.stringify({ action: 'clarification_response', clarification_response: 'one' })
    const { pathname } = new URL(location)
    expect((await send(token, pathname, { method: 'POST', headers: json, body: answer })).status).toBe(202)
    expect((await control('managed/open', { handle, person: 'alice' })).body.questions).toEqual([
      { question: 'Which?', answer: 'one' },
    ])
  })

  it('by: an approval is opened by its reference, and the agent is told no code [DEFER-5]', async () => {
    const { send, poll, control, agent } = world
    const token = await agent.agentToken()
    const { status, location, code, requirement } = await ask(token, '/approve')
    expect([status, code, requirement]).toEqual([202, '', 'approval'])
    const { waiting } = (await control('managed/waiting')).body as {
      waiting: { reference: string; route: string }[]
    }
    const { reference, route } = waiting.at(-1) as { reference: string; route: string }
    expect(route).toBe('/approve')
    await control('managed/decide', { reference, person: 'alice', outcome: 'complete' })
    expect((await poll(token, location)).status).toBe(200)
    expect((await send(token, '/approve')).status).toBe(200)
  })

  it('an agent that cannot show a code is asked for an auth token where the route accepts one, and refused elsewhere [CAP-2]', async () => {
    const { send, agent } = world
    const token = await agent.agentToken()
    const other = await send(token, '/notes', {
      method: 'PUT',
      agent: await world.net.agent({ name: 'plain' }),
    })
    const plain = await world.net.agent({ name: 'plain' })
    const own = await plain.agentToken()
    const answers = [
      await send(own, '/notes', { agent: plain }),
      await send(await plain.personToken(), '/notes', { agent: plain }),
      await send(await plain.authToken({ scope: 'data.read' }), '/either', { agent: plain }),
    ]
    expect([other.status, ...answers.map(({ status }) => status)]).toEqual([401, 403, 401, 200])
    const stepped = await send(own, '/either', { agent: plain })
    expect([stepped.status, requirementOf(stepped).requirement]).toEqual([401, 'person-token'])
  })

  it('linked: only the account of the person of the token decides', async () => {
    const { control, agent } = world
    const token = await agent.personToken()
    const { code } = await ask(token, '/person')
    const decide = (person: string) => control('managed/decide', { code, person, outcome: 'complete' })
    const other = await decide('mallory')
    expect([other.status, other.body.error]).toEqual([403, 'access_denied'])
    expect((await decide('alice@api')).body.outcome).toBe('completed')
  })

  it('end: what waits and what was agreed ends, and the agent is told [DEFER-4]', async () => {
    const { send, poll, control, net } = world
    const agent = await net.agent({ name: 'ended' })
    const token = await agent.agentToken()
    const first = await world.send(token, '/notes', { agent, headers: capable })
    const { code } = requirementOf(first)
    await control('managed/open', { code, person: 'carol' })
    expect((await control('managed/end', { person: 'carol' })).body).toEqual({ ended: 1 })
    const told = await poll(token, first.headers.get('location') ?? '', { agent })
    expect([told.status, await told.json()]).toMatchObject([403, { error: 'revoked' }])
    const second = requirementOf(await send(token, '/notes', { agent, headers: capable }))
    const { body } = await control('managed/decide', {
      code: second.code,
      person: 'carol',
      outcome: 'complete',
    })
    expect((await send(token, '/notes', { agent })).status).toBe(200)
    expect((await control('managed/end', { consent: body.consent })).body).toEqual({ ended: 1 })
    expect((await send(token, '/notes', { agent })).status).toBe(403)
  })

  it('callback: an address of the person server is returned with the error, and any other is left out [INT-6]', async () => {
    const { control, agent } = world
    const deny = async (callback: string): Promise<unknown> => {
      const { code } = await ask(await agent.agentToken())
      return (await control('managed/decide', { code, person: 'alice', callback, outcome: 'deny' })).body
    }
    expect([await deny('https://ps.example/done'), await deny('https://evil.example/')]).toEqual([
      { outcome: 'denied', callback: 'https://ps.example/done?error=access_denied' },
      { outcome: 'denied' },
    ])
  })

  it('reference: wrong codes on the page of one request end that request [INT-4]', async () => {
    const { control, agent, poll } = world
    const token = await agent.agentToken()
    const { location } = await ask(token)
    const { reference } = (await control('managed/waiting')).body.waiting.at(-1)
    for (let n = 0; n < 5; n++)
      await control('managed/open', { code: `0000-0000-000${n}`, reference, person: agent.id })
    const told = await poll(token, location)
    expect([told.status, await told.json()]).toMatchObject([410, { error: 'invalid_code' }])
  })

  it('end: an agent that waits under a mission is told, and an unknown owner ends nothing', async () => {
    const { control, agent, poll } = world
    const s256 = 'TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'
    const token = await agent.personToken({ mission: s256 })
    const { location } = await ask(token, '/person')
    const mission = { approver: 'https://ps.example', s256 }
    const ended = [await control('managed/end', { owner: 'x' }), await control('managed/end', { mission })]
    expect(ended.map(({ body }) => body)).toEqual([{ ended: 0 }, { ended: expect.any(Number) }])
    expect(ended[1]?.body.ended).toBeGreaterThan(0)
    expect((await poll(token, location)).status).toBe(403)
  })

  it('tenant: a person of drafts 01 to 10 is linked by tenant, and anybody decides for one who is not linked', async () => {
    const { send, control, agent } = world
    const decide = async (tenant: string, person: string): Promise<number> => {
      const given = { generation: 'mission-header', scope: 'data.write', tenant } as const
      const token = await agent.authToken(given)
      const { code } = await ask(token, '/either')
      const { status } = await control('managed/decide', { code, person, outcome: 'complete' })
      expect((await send(token, '/either', { headers: capable })).status).toBe(status === 200 ? 200 : 202)
      return status
    }
    const statuses = [
      await decide('acme.example', 'alice@api'),
      await decide('acme.example', 'carol@api'),
      await decide('other.example', 'alice@api'),
    ]
    expect(statuses).toEqual([403, 200, 200])
  })

  it('source: wrong codes from one place are limited [INT-4]', async () => {
    const { control } = world
    const statuses: number[] = []
    for (let n = 0; n < 11; n++) {
      const entered = { code: '0000-0000-0000', person: `guesser-${n}`, source: '192.0.2.1' }
      statuses.push((await control('managed/open', entered)).status)
    }
    expect([new Set(statuses.slice(0, 10)).size, statuses[9] === 429, statuses[10]]).toEqual([1, false, 429])
  })

  it.each([
    ['decide', { code: 'x', person: 'alice', outcome: 'maybe' }, '"outcome" must be'],
    ['decide', { code: 'x', outcome: 'deny' }, '"person" is undefined'],
    ['open', { code: 'x', persona: 'alice' }, '"persona" is not a member of this control'],
    ['end', {}, 'what to end is not known'],
    ['release', { key: 'x', run: 'waits' }, '"run" must be'],
  ])('%s with %j is answered 400', async (name, content, message) => {
    const { status, body } = await world.control(`managed/${name}`, content)
    expect([status, body.error]).toEqual([400, expect.stringContaining(message)])
  })
})

describe.each(Object.keys(adapters))('sessions on %s', (adapter) => {
  let world: ManagedWorld
  beforeAll(async () => {
    world = await startManaged({ adapter, managed, accessMode: 'session-token', routes: sessionRoutes })
  }, 60_000)
  beforeEach(() => world.replaceAgent())
  afterAll(() => world.end())

  it('accessMode: the metadata says that sessions are given [META-3]', async () => {
    const metadata = await fetch(`${world.target.url}/.well-known/aauth-resource.json`)
    expect(await metadata.json()).toMatchObject({ access_mode: 'session-token' })
  })

  it('session: a value is given, counts for its key alone, and ends with the consent [ACCESS-1, ACCESS-5, ACCESS-6]', async () => {
    const { send, control, agent, net } = world
    const token = await agent.agentToken()
    const given = await send(token, '/session')
    const session = given.headers.get('aauth-access') ?? ''
    expect(given.headers.get('cache-control')).toBe('no-store')
    const served = await send(token, '/with-session', { session })
    const { auth } = (await served.json()) as { auth: { scopes: string[]; session: { consent: string } } }
    expect(auth).toMatchObject({ scopes: ['data.read'], session: { person: 'alice' } })
    const thief = await net.agent({ name: 'thief' })
    const stolen = await send(await thief.agentToken(), '/with-session', { agent: thief, session })
    expect([stolen.status, (await send(token, '/with-session')).status]).toEqual([401, 401])
    await control('managed/end', { consent: auth.session.consent })
    expect((await send(token, '/with-session', { session })).status).toBe(401)
  })

  it('interaction with sessions: the last poll carries the value, and another key of the agent needs no click [ACCESS-3, ACCESS-6]', async () => {
    const { send, poll, control, agent, net } = world
    const token = await agent.agentToken()
    const asked = await send(token, '/asked', { headers: capable })
    await control('managed/decide', { code: requirementOf(asked).code, person: 'alice', outcome: 'complete' })
    const told = await poll(token, asked.headers.get('location') ?? '')
    const session = told.headers.get('aauth-access') ?? ''
    expect((await send(token, '/asked', { session })).status).toBe(200)
    const runtime = await net.agent({ name: agent.id.replace(/^aauth:|@.*$/g, ''), runtime: 'second' })
    const resumed = await send(await runtime.agentToken(), '/asked', { agent: runtime })
    expect([resumed.status, resumed.headers.has('aauth-access')]).toEqual([200, true])
  })

  it('clock: a value is replaced while it is used, and the old one works a minute more [ACCESS-6]', async () => {
    const { send, agent, pass } = world
    const token = await agent.agentToken({ lifetime: 7200 })
    const session = (await send(token, '/session')).headers.get('aauth-access') ?? ''
    await pass(1900)
    const renewed = await send(token, '/with-session', { session })
    const next = renewed.headers.get('aauth-access') ?? ''
    expect([renewed.status, next !== '' && next !== session]).toEqual([200, true])
    await pass(120)
    const statuses = [
      await send(token, '/with-session', { session }),
      await send(token, '/with-session', { session: next }),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([401, 200])
  })
})

describe.each(Object.keys(adapters))('held calls on %s', (adapter) => {
  let world: ManagedWorld
  beforeAll(async () => {
    world = await startManaged({ adapter, managed, claims, routes: heldRoutes })
  }, 60_000)
  beforeEach(() => world.replaceAgent())
  afterAll(() => world.end())

  const body = '{"to":"bob","amount":12}'
  /** Holds a call, and returns its pending URL. */
  async function hold(path: string, more: object = {}): Promise<string> {
    const { agent, send } = world
    const call = { method: 'POST', headers: json, body, ...more }
    const response = await send(await agent.personToken(), path, call)
    expect([response.status, requirementOf(response).requirement]).toEqual([202, 'auth-token'])
    return response.headers.get('location') ?? ''
  }
  const granted = (grant: object = {}) => world.agent.authToken({ scope: 'data.write', ...grant })
  const runsOf = async (route: string) => {
    const { body } = await world.control('managed/runs', { route })
    return body as unknown as {
      runs: { key: string; count: number; content: string; fields: Record<string, string> }[]
      unknown: { id: string; route: string }[]
    }
  }

  it('hold: a call runs once, as it was signed, on the first poll with an auth token [R11-181, DEFER-6]', async () => {
    const location = await hold('/pay', { headers: { ...json, 'x-kept': 'yes' } })
    expect((await world.poll(await world.agent.personToken(), location)).status).toBe(202)
    const token = await granted()
    const ran = await world.poll(token, location)
    const first = (await ran.json()) as { run: object }
    expect([ran.status, first]).toMatchObject([200, { run: { count: 1, method: 'POST', target: '/pay' } }])
    expect(await (await world.poll(token, location)).json()).toEqual(first)
    expect((await world.poll(await granted(), location)).status).toBe(410)
    const { runs } = await runsOf('/pay')
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ count: 1, content: body, fields: { 'x-kept': 'yes' } })
  })

  it('a call with an auth token that suffices runs at once, and DELETE ends one that waits', async () => {
    const { send, agent, poll } = world
    const before = (await runsOf('/pay')).runs.length
    expect((await send(await granted(), '/pay', { method: 'POST', headers: json, body })).status).toBe(200)
    const location = await hold('/pay')
    const gone = await poll(await agent.personToken(), location, { method: 'DELETE' })
    expect([gone.status, (await poll(await granted(), location)).status]).toEqual([204, 410])
    expect((await runsOf('/pay')).runs).toHaveLength(before + 1)
  })

  it('hold: agents of drafts 01 to 10 get the 401', async () => {
    const { send, agent } = world
    const token = await agent.authToken({ generation: 'mission-header', scope: 'data.read' })
    expect((await send(token, '/pay', { method: 'POST', headers: json, body })).status).toBe(401)
  })

  it('run: a call that throws is not run again, the outcome is told, and an operator records it', async () => {
    const location = await hold('/throws')
    const token = await granted()
    expect((await world.poll(token, location)).status).toBe(500)
    expect((await world.poll(token, location)).status).toBe(500)
    const { runs, unknown } = await runsOf('/throws')
    const { id = '' } = unknown.find(({ route }) => route === '/throws') ?? {}
    expect([runs.length, runs[0]?.count, id]).toEqual([1, 1, runs[0]?.key])
    const outcome = { id, status: 201, headers: json, body: '"paid"' }
    expect((await world.control('managed/outcome', outcome)).body).toEqual({ recorded: true })
    expect((await world.control('managed/outcome', outcome)).body).toEqual({ recorded: false })
    const told = await world.poll(token, location)
    expect([told.status, await told.json()]).toEqual([201, 'paid'])
  })

  it('idempotent: a call that throws is run again under the same key', async () => {
    const location = await hold('/again')
    const token = await granted()
    await world.poll(token, location)
    await world.poll(token, location)
    const { runs, unknown } = await runsOf('/again')
    expect(runs).toHaveLength(1)
    expect(runs[0]?.count).toBeGreaterThan(1)
    expect(unknown.filter(({ route }) => route === '/again')).toEqual([])
  })

  it('run: a refusal of the route is the result, and a result over maxResult is lost', async () => {
    const refused = await world.poll(await granted(), await hold('/refuses'))
    const content = JSON.stringify({ text: 'x'.repeat(2000) })
    const lost = await world.poll(await granted(), await hold('/small', { body: content }))
    expect([refused.status, lost.status]).toEqual([403, 500])
  })

  it('release: a call that runs answers 202 to others, and ends as the control port says', async () => {
    const location = await hold('/waits')
    const token = await granted()
    const waiting = world.poll(token, location)
    let runs: { key: string }[] = []
    while (runs.length === 0) ({ runs } = await runsOf('/waits'))
    expect((await world.poll(await granted(), location)).status).toBe(202)
    const { key = '' } = runs[0] ?? {}
    expect((await world.control('managed/release', { key })).body).toEqual({ released: true })
    expect((await waiting).status).toBe(200)
    expect((await world.control('managed/release', { key })).body).toEqual({ released: false })
  })

  it('perCall: a proposal names the call, its approval runs it once, and not another one', async () => {
    const { send, control, poll } = world
    const r3 = (granted: object[], perCall: object[], s256: string) => ({
      claims: { r3_s256: s256, r3_granted: { operations: granted }, r3_per_call: { operations: perCall } },
    })
    const standing = await granted(r3([], [operation], s256Of(ofClass)))
    const mail = (text: string) => ({ method: 'POST', headers: json, body: `{"to":"mom","body":"${text}"}` })
    const asked = await send(standing, '/mail', mail('Dinner?'))
    expect(asked.status).toBe(202)
    const { proposals } = (await control('managed/proposals')).body as {
      proposals: { s256: string; uri: string; document: string }[]
    }
    const [{ s256, uri, document } = { s256: '', uri: '', document: '{}' }] = proposals
    expect([uri, s256Of(document), JSON.parse(document)]).toEqual([
      `${api}/r3/${s256}`,
      s256,
      { operations: [operation], parameters: { to: 'mom', body: { s256: s256Of('Dinner?') } } },
    ])
    const approved = await granted(r3([operation], [], s256))
    expect((await send(approved, '/mail', mail('Breakfast?'))).status).toBe(403)
    const ran = await send(approved, '/mail', mail('Dinner?'))
    const again = await send(approved, '/mail', mail('Dinner?'))
    expect([ran.status, await again.text()]).toEqual([200, await ran.text()])
    const byClass = await granted(r3([operation], [], s256Of(ofClass)))
    expect((await send(byClass, '/mail', mail('Lunch?'))).status).toBe(200)
    const contents = (await runsOf('/mail')).runs.map(({ content }) => content)
    expect(contents).toEqual([mail('Dinner?').body, mail('Lunch?').body])
    expect((await poll(standing, asked.headers.get('location') ?? '')).status).toBe(202)
  })
})
