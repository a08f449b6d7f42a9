import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noPostgres, noRedis, type StateServer, startPostgres, startRedis } from '../fleet/servers.ts'
import { type RunningTarget, runTarget, serveIssuers, startTarget } from './running-target.ts'
import { api } from './target-world.ts'

const places = [
  ['Redis', noRedis, startRedis, { prefix: 'target' }],
  ['PostgreSQL', noPostgres, startPostgres, { schema: 'target' }],
] as const

describe.each(places)('two targets that share their state in %s', (name, missing, startServer, names) => {
  let server: StateServer
  let net: TestNetwork
  let agent: Agent
  let one: RunningTarget
  let other: RunningTarget
  let closeIssuers: () => Promise<void>
  if (missing !== undefined) console.warn(`skipped: two targets on ${name}: ${missing}`)

  beforeAll(async () => {
    if (missing !== undefined) return
    server = await startServer()
    net = await createTestNetwork({ resource: api, now: Math.floor(Date.now() / 1000) })
    agent = await net.agent()
    const { origins, close } = await serveIssuers(net.agentProvider, net.personServer)
    closeIssuers = close
    const config = {
      issuer: api,
      trust: 'any',
      replay: 'unsafe',
      origins,
      routes: [{ path: '/me', require: { accept: 'person-token' } }],
      stores: { ...server.place, ...names },
    }
    one = await startTarget(config)
    other = await startTarget(config)
  }, 120_000)
  afterAll(async () => {
    if (missing !== undefined) return
    for (const target of [one, other]) target.process.kill('SIGTERM')
    await Promise.all([one.ended, other.ended, closeIssuers(), server.close()])
  })

  const call = async (token: string, target: RunningTarget): Promise<string> => {
    const response = await agent.fetch(`${api}/me`, {}, { token, via: target.url })
    return `${response.status} ${response.headers.get('signature-error') ?? ''}`.trim()
  }

  it.skipIf(missing !== undefined)(
    'refuse at the one what was revoked at the other [REV-9]',
    async () => {
      const token = await agent.personToken()
      expect([await call(token, one), await call(token, other)]).toEqual(['200', '200'])
      const { jti, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
      const answer = await net.personServer.revoke(api, { jti, exp }, { via: one.url })
      expect(answer.status).toBe(200)
      const revoked = '401 error=revoked_jwt'
      expect([await call(token, other), await call(token, one)]).toEqual([revoked, revoked])
    },
    60_000,
  )

  it.skipIf(missing !== undefined)(
    'refuse at the one what was terminated at the other [MISS-9]',
    async () => {
      const mission = 'TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'
      const token = await agent.personToken({ mission })
      expect([await call(token, one), await call(token, other)]).toEqual(['200', '200'])
      const terminated = await fetch(`${other.control}/control/terminate`, {
        method: 'POST',
        body: JSON.stringify({ approver: net.personServer.id, s256: mission }),
      })
      expect(terminated.status).toBe(200)
      expect([await call(token, one), await call(token, other)]).toEqual(['403', '403'])
    },
    60_000,
  )

  it.skipIf(missing !== undefined)(
    'accept a signature once [REPLAY-1]',
    async () => {
      const token = await agent.personToken()
      const how = { token, params: { nonce: 'once' }, created: Math.floor(Date.now() / 1000) }
      const statuses = await Promise.all(
        [one, other].map(
          async ({ url }) =>
            (await agent.fetch(`${api}/me`, { method: 'POST' }, { ...how, via: url })).status,
        ),
      )
      expect(statuses.sort()).toEqual([200, 401])
    },
    60_000,
  )
})

it.each([
  [{ redis: 'redis://127.0.0.1:1', postgres: 'postgres://127.0.0.1:1' }],
  [{ prefix: 'aauth' }],
  [{ redis: 1 }],
  [{ mongo: 'mongodb://127.0.0.1:1' }],
])(
  'a target with the stores %j ends at once and says why',
  async (stores) => {
    const { ended } = runTarget({ issuer: api, trust: 'any', stores })
    const { code, stdout, stderr } = await ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^target: .*(?:"stores"|mongo)/)
  },
  60_000,
)
