import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type Agent, createTestNetwork } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { makeExchangeWorld, notes } from './exchange-world.ts'
import { ask } from './token-request.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'
const mail = 'https://mail.example'

/** An API that calls the notes for its callers and is its own agent provider, and an agent that calls it. */
async function makeChain(options: Parameters<typeof makeExchangeWorld>[1] = {}) {
  const { agent: caller, net } = await makeExchangeWorld('person-token', options, { sockets: false })
  const provider = await net.issuer('agent-provider', mail)
  return { net, caller, intermediary: await net.agent({ name: 'mail', provider }) }
}

const chained = (intermediary: Agent, upstream: string, more: object = {}) =>
  ask(intermediary, '/person-token', { resource: notes, upstream_token: upstream, ...more })

const refused = [400, { error: 'invalid_upstream_token' }]

/** A person token for the mail API from the endpoint of the person server. */
async function personAt(agent: Agent, body: object = {}): Promise<string> {
  const [, { person_token: token = '' }] = await ask(agent, '/person-token', { resource: mail, ...body })
  return token
}

describe('a call chain', () => {
  it.each([
    ['three-party', undefined],
    ['four-party', as],
  ] as const)('runs from one API to the next with separate tokens: %s', async (_, accessServer) => {
    const { caller, intermediary } = await makeChain(accessServer ? { accessServer } : {})
    const upstream = await personAt(caller)
    const called = await intermediary.call(`${notes}/notes`, {}, { upstream })
    const claims = decodeJwt(called.token)
    expect([called.response.status, called.challenges, claims.iss, claims.cnf]).toEqual([
      200,
      ['person-token', 'auth-token'],
      accessServer ?? ps,
      { jwk: intermediary.key.jwk },
    ])
  })

  it('names the same person to the next API as the agent would, and another sub than to the first', async () => {
    const { caller, intermediary } = await makeChain()
    const upstream = await personAt(caller)
    const [, direct] = await ask(caller, '/person-token', { resource: notes })
    const [, down] = await chained(intermediary, upstream)
    const subs = [direct.person_token, down.person_token, upstream].map((token = '') => decodeJwt(token).sub)
    expect([subs[0] === subs[1], subs[1] === subs[2]]).toEqual([true, false])
  })

  it('keeps a person apart that a test named', async () => {
    const { caller, intermediary } = await makeChain()
    const tokens = await Promise.all(
      ['ada', 'ada', 'bob'].map(async (sub) => {
        const upstream = await caller.personToken({ aud: mail, sub })
        const [, { person_token: token = '' }] = await chained(intermediary, upstream)
        return decodeJwt(token).sub
      }),
    )
    expect([tokens[0] === tokens[1], tokens[1] === tokens[2]]).toEqual([true, false])
  })

  it('of two APIs names the person like one of one API', async () => {
    const { net, caller, intermediary } = await makeChain()
    const files = 'https://files.example'
    const provider = await net.issuer('agent-provider', files)
    const second = await net.agent({ name: 'files', provider })
    const upstream = await caller.personToken({ aud: mail, sub: 'ada' })
    const [, one] = await chained(intermediary, upstream)
    const body = { resource: files, upstream_token: upstream }
    const [, { person_token: between = '' }] = await ask(intermediary, '/person-token', body)
    const [, two] = await chained(second, between)
    const subs = [one, two].map(({ person_token: token = '' }) => decodeJwt(token).sub)
    expect(subs[0]).toBe(subs[1])
  })

  it('works under a mission that is not the intermediary’s own', async () => {
    const { net, caller, intermediary } = await makeChain()
    const { s256 } = await net.personServer.missions.begin(caller, { description: 'Sort' })
    const upstream = await personAt(caller, { mission_s256: s256 })
    expect((await chained(intermediary, upstream))[0]).toBe(200)
  })

  it('works under the mission of the caller', async () => {
    const { caller, intermediary } = await makeChain()
    const upstream = await personAt(caller, { mission_s256: mission })
    const [, { person_token: token = '' }] = await chained(intermediary, upstream)
    expect(decodeJwt(token).mission_s256).toBe(mission)
  })

  it("is refused after the termination of the caller's mission", async () => {
    const { net, caller, intermediary } = await makeChain()
    const upstream = await personAt(caller, { mission_s256: mission })
    net.personServer.policy.endedMissions = [mission]
    const [status, { error }] = await chained(intermediary, upstream)
    expect([status, error]).toEqual([403, 'mission_terminated'])
  })

  it('cannot name a mission of its own', async () => {
    const { caller, intermediary } = await makeChain()
    const upstream = await personAt(caller)
    expect(await chained(intermediary, upstream, { mission_s256: mission })).toEqual([
      400,
      { error: 'invalid_request' },
    ])
  })

  it('lives no longer than the upstream token', async () => {
    const { caller, intermediary } = await makeChain()
    const upstream = await caller.personToken({ aud: mail, lifetime: 90 })
    const [, { person_token: token = '' }] = await chained(intermediary, upstream)
    expect(decodeJwt(token).exp).toBe(now + 90)
  })

  it('may start from an auth token, of the person server or of an access server that it called', async () => {
    const { net, caller, intermediary } = await makeChain()
    const own = await caller.authToken({ aud: mail })
    expect((await chained(intermediary, own))[0]).toBe(200)
    const foreign = await caller.authToken({ aud: mail, sub: 'ada' }, net.accessServer)
    await caller.personToken({ aud: mail, sub: 'ada' })
    expect(await chained(intermediary, foreign, { again: '' })).toEqual(refused)
    for (const token of net.personServer.tokens()) token.presentedTo.add(as)
    expect((await chained(intermediary, foreign, { again: 'x' }))[0]).toBe(200)
  })

  it('does not start from a token for another API', async () => {
    const { caller, intermediary } = await makeChain()
    expect(await chained(intermediary, await caller.personToken())).toEqual(refused)
  })

  it('does not start from a token of another person server', async () => {
    const { net, intermediary } = await makeChain()
    const personServer = await net.issuer('person-server', 'https://other-ps.example')
    const other = await net.agent({ name: 'other', personServer })
    expect(await chained(intermediary, await other.personToken({ aud: mail }))).toEqual(refused)
  })

  it('does not start from an auth token that names another person server', async () => {
    const { net, caller, intermediary } = await makeChain()
    await caller.personToken({ aud: mail, sub: 'ada' })
    for (const token of net.personServer.tokens()) token.presentedTo.add(as)
    const personServer = await net.issuer('person-server', 'https://other-ps.example')
    const other = await net.agent({ name: 'other', personServer })
    const upstream = await other.authToken({ aud: mail, sub: 'ada' }, net.accessServer)
    expect(await chained(intermediary, upstream)).toEqual(refused)
  })

  it('does not start from an agent token', async () => {
    const { caller, intermediary } = await makeChain()
    expect(await chained(intermediary, await caller.agentToken())).toEqual(refused)
  })

  it('does not start from a person without a record', async () => {
    const { intermediary } = await makeChain()
    // The same keys, and memory of its own.
    const twin = await createTestNetwork({ now, seed: 'ladder' })
    const upstream = await (await twin.agent()).personToken({ aud: mail })
    expect(await chained(intermediary, upstream)).toEqual(refused)
  })

  it.each([
    ['has expired', 'expired_upstream_token'],
    ['was revoked', 'revoked_upstream_token'],
  ])('does not start from a token that %s', async (how, error) => {
    const { net, caller, intermediary } = await makeChain()
    const upstream = await caller.personToken({ aud: mail, lifetime: 100 })
    if (how === 'has expired') net.clock.advance(100)
    else await net.personServer.revokeIssued({ aud: mail })
    expect(await chained(intermediary, upstream)).toEqual([400, { error }])
  })

  it('takes an upstream token at the auth token endpoint as at the person token endpoint', async () => {
    const { caller, intermediary } = await makeChain()
    const body = { resource_token: 'a.b.c', upstream_token: await caller.personToken() }
    expect(await ask(intermediary, '/auth-token', body)).toEqual(refused)
  })

  it('is revoked with its upstream token', async () => {
    const { net, caller, intermediary } = await makeChain()
    const upstream = await personAt(caller)
    const { token } = await intermediary.call(`${notes}/notes`, {}, { upstream })
    await net.personServer.revokeIssued({ aud: mail })
    const { headers } = await intermediary.fetch(`${notes}/notes`, {}, { token })
    expect(headers.get('signature-error')).toBe('error=revoked_jwt')
  })
})
