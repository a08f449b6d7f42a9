import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noPostgres, noRedis, type StateServer, startPostgres, startRedis } from '../fleet/servers.ts'
import { targetClock } from './clock.ts'
import { capable, type ManagedWorld, requirementOf, startManaged } from './managed-world.ts'
import type { RunningTarget } from './running-target.ts'

const places = [
  ['Redis', noRedis, startRedis, { durability: 'lossy' }],
  ['PostgreSQL', noPostgres, startPostgres, {}],
] as const

for (const [, missing] of places) if (missing !== undefined) console.warn(`left out: ${missing}`)
const installed = places.filter(([, missing]) => missing === undefined)

describe.each(installed)('two targets that share their state in %s', (_name, _missing, startServer, hold) => {
  let server: StateServer
  let world: ManagedWorld
  let other: RunningTarget
  beforeAll(async () => {
    server = await startServer()
    world = await startManaged({
      stores: server.place,
      routes: [
        {
          path: '/asked',
          require: { accept: 'agent-token', sessions: true },
          managed: { interaction: { scope: 'data.read' } },
        },
        { path: '/pay', require: { scope: 'data.write' }, managed: { hold } },
      ],
    })
    other = await world.another()
  }, 120_000)
  afterAll(async () => {
    await world?.end()
    await server?.close()
  })

  it('take the decision of a person at either, and each other’s sessions', async () => {
    const { agent, send, control } = world
    const token = await agent.agentToken()
    const asked = await send(token, '/asked', { headers: capable })
    const { code } = requirementOf(asked)
    const decided = await control('managed/decide', { code, person: 'alice', outcome: 'complete' }, other)
    expect(decided.body.outcome).toBe('completed')
    const { pathname } = new URL(asked.headers.get('location') ?? '')
    const session = (await send(token, pathname)).headers.get('aauth-access') ?? ''
    expect((await send(token, '/asked', { session, via: other })).status).toBe(200)
    await control('managed/end', { person: 'alice' }, other)
    expect((await send(token, '/asked', { session })).status).toBe(403)
  }, 60_000)

  it('run a held call once, although both are polled at once', async () => {
    const { agent, send, control } = world
    const call = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"amount":1}' }
    const response = await send(await agent.personToken(), '/pay', call)
    const { pathname } = new URL(response.headers.get('location') ?? '')
    const token = await agent.authToken({ scope: 'data.write' })
    const polls = await Promise.all([send(token, pathname), send(token, pathname, { via: other })])
    expect(polls.some(({ status }) => status === 200)).toBe(true)
    const ledgers = await Promise.all([control('managed/runs'), control('managed/runs', {}, other)])
    expect(ledgers.flatMap(({ body }) => body.runs)).toMatchObject([{ count: 1 }])
  }, 60_000)

  it('do not set their clocks forward', async () => {
    expect(await world.control('clock', { advance: 1 })).toMatchObject({ status: 400 })
  })
})

it.each([-1, 0.5, '1', null])('a clock is not set forward by %j', (seconds) => {
  expect(() => targetClock(false).advance(seconds)).toThrow('"advance" must be an integer of seconds')
})
