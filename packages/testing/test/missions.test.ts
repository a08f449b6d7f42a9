import { s256 as madeUp } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { notes } from './exchange-world.ts'
import { makeMission, proposal, ps } from './mission-world.ts'
import { ask } from './token-request.ts'

const as = 'https://as.example'
const terminated = (reason: string) => [
  403,
  { error: 'mission_terminated', mission_status: 'terminated', termination_reason: reason },
]
const personToken = (agent: Agent, s256: string, again = '') =>
  ask(agent, '/person-token', { resource: notes, mission_s256: s256, again })

describe('a mission', () => {
  it.each(['person-token', 'mission-header'] as const)(
    'is in tokens for the resource while it is active, and in none after its termination: %s',
    async (generation) => {
      const { agent, missions } = await makeMission(generation)
      const { s256 } = await missions.begin(agent, proposal)
      const call = () => agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
      expect(await (await call()).response.json()).toMatchObject({ s256 })
      await missions.end(s256)
      await expect(call()).rejects.toMatchObject({ status: 403, code: 'mission_terminated' })
    },
  )

  it('that is terminated makes every request bound to it refused, with the reason', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await missions.end(s256, 'superseded')
    const update = { action: 'update', description: 'More' }
    expect([await personToken(agent, s256), await ask(agent, `/mission/${s256}`, update)]).toEqual([
      terminated('superseded'),
      terminated('superseded'),
    ])
  })

  it('is terminated once, with the first reason', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await missions.end(s256, 'administrative')
    await missions.end(s256, 'completed')
    expect(missions.get(s256)).toMatchObject({ reason: 'administrative', terminatedAt: now })
  })

  it('can be terminated even if it was never proposed here', async () => {
    const { agent, missions } = await makeMission()
    await missions.end(madeUp)
    expect(await personToken(agent, madeUp)).toEqual(terminated('revoked'))
  })

  it('expires, and no token outlives it', async () => {
    const { agent, net, missions } = await makeMission()
    missions.lifetime = 100
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    const [, { person_token: person = '' }] = await personToken(agent, s256)
    expect([decodeJwt(token).exp, decodeJwt(person).exp]).toEqual([now + 100, now + 100])
    net.clock.advance(100)
    expect(await personToken(agent, s256, 'x')).toEqual(terminated('expired'))
  })

  it('limits the life of an auth token whose presented token it did not limit', async () => {
    const { agent, missions } = await makeMission()
    missions.lifetime = 100
    const { s256 } = await missions.begin(agent, proposal)
    const minted = await agent.personToken({ mission: s256 })
    const { token } = await agent.call(`${notes}/notes`, {}, { token: minted })
    expect(decodeJwt(token).exp).toBe(now + 100)
  })

  it('of another agent is not found, like an unknown one', async () => {
    const { agent, net, missions } = await makeMission()
    missions.onlyKnown = true
    const other = await net.agent({ name: 'other' })
    const { s256 } = await missions.begin(other, proposal)
    const update = { action: 'update', description: 'More' }
    const answers = [
      await personToken(agent, s256),
      await personToken(agent, madeUp),
      await ask(agent, `/mission/${s256}`, update),
      await ask(agent, `/mission/${madeUp}`, update),
    ]
    expect(answers).toEqual(Array(4).fill([404, { error: 'mission_not_found' }]))
  })

  it('of another agent is not found, even after its termination', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin('aauth:other@agent.example', proposal)
    await missions.end(s256)
    expect(await personToken(agent, s256)).toEqual([404, { error: 'mission_not_found' }])
  })

  it('keeps its digest when it is updated', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const [status, body] = await ask(agent, `/mission/${s256}`, { action: 'update', description: 'More' })
    expect([status, body.s256 === s256, (await personToken(agent, s256))[0]]).toEqual([200, false, 200])
  })

  it('is complete when the person has confirmed it, and no sooner', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await agent.completeMission(s256, 'Sorted', {
      interact: ({ code }) => {
        expect(missions.get(s256)?.terminatedAt).toBeUndefined()
        return missions.approve(code)
      },
    })
    expect(missions.get(s256)?.reason).toBe('completed')
  })

  it('stays active when the person does not confirm its completion', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const done = agent.completeMission(s256, 'Sorted', { interact: ({ code }) => missions.decline(code) })
    await expect(done).rejects.toMatchObject({ status: 403, code: 'denied' })
    expect(missions.get(s256)?.terminatedAt).toBeUndefined()
  })

  it.each([
    ['an unknown action', { action: 'pause' }],
    ['an unknown action with a summary', { action: 'pause', summary: 'x' }],
    ['no action', {}],
    ['a completion without summary', { action: 'completion' }],
    ['an update without description', { action: 'update' }],
  ])('refuses %s', async (_, body) => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    expect(await ask(agent, `/mission/${s256}`, body)).toEqual([400, { error: 'invalid_request' }])
  })

  it('that was never proposed is not found at its own URL, although tokens may name it', async () => {
    const { agent, missions } = await makeMission()
    const update = { action: 'update', description: 'More' }
    const before = await ask(agent, `/mission/${madeUp}`, update)
    await missions.end(madeUp)
    const after = await ask(agent, `/mission/${madeUp}`, { ...update, again: 'x' })
    expect([before, after]).toEqual(Array(2).fill([404, { error: 'mission_not_found' }]))
  })

  it('is identified by a digest in the path', async () => {
    const { agent } = await makeMission()
    expect(await ask(agent, '/mission/short', { action: 'update', description: 'x' })).toEqual([
      400,
      { error: 'invalid_request' },
    ])
  })
})

describe('missions.end with revoke', () => {
  const revoked = async (agent: Agent, token: string) =>
    (await agent.fetch(`${notes}/notes`, {}, { token })).headers.get('signature-error')

  it('revokes the auth tokens issued under the mission, and not its person tokens [R11-255]', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    const outcomes = await missions.end(s256, 'revoked', { revoke: true })
    expect(outcomes.map(({ token: { kind }, status }) => [kind, status])).toEqual([['auth-token', 200]])
    expect(await revoked(agent, token)).toBe('error=revoked_jwt')
  })

  it('has the access server revoke the tokens it issued under the mission [R11-255]', async () => {
    const { agent, missions } = await makeMission('person-token', { accessServer: as })
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    await missions.end(s256, 'revoked', { revoke: true })
    expect(await revoked(agent, token)).toBe('error=revoked_jwt')
  })

  it('must be requested: without it tokens stay valid', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    expect(await missions.end(s256)).toEqual([])
    expect(await revoked(agent, token)).toBe(null)
  })
})
