import { type Auth, issueResourceToken } from '@aauth-guard/core'
import { notes, refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { answeredStepUp } from './answered-step-up.ts'

const wanted = { scope: 'notes.read' } as const

describe('the life of a resource token', () => {
  it.each([
    [3600, 300],
    [301, 300],
    [300, 300],
    [299, 299],
    [1, 1],
  ])('for a token that lives %i s more is %i s [RT-10, R11-164, M07]', async (lifetime, expected) => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken({ lifetime }), { requirement: personRoute })
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted))
    expect([payload.iat, payload.exp]).toEqual([now, now + expected])
  })

  it('counts from when it is issued, not from when the request arrived [RT-10, R11-164]', async () => {
    const { net, resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken({ lifetime: 400 }), { requirement: personRoute })
    net.clock.advance(150)
    const { payload } = await verified(resource, await issueResourceToken(resource, auth, wanted), now + 150)
    expect([payload.iat, payload.exp]).toEqual([now + 150, now + 400])
  })
})

it('every resource token has its own jti [R11-169, M07]', async () => {
  const { resource, agent, call } = await makeWorld(notes)
  const auth = await call(await agent.personToken(), { requirement: personRoute })
  const tokens = await Promise.all(
    Array.from({ length: 100 }, () => issueResourceToken(resource, auth, wanted)),
  )
  const ids = await Promise.all(tokens.map(async (token) => (await verified(resource, token)).payload.jti))
  expect(new Set(ids).size).toBe(100)
})

describe.each([
  ['issueResourceToken', issueResourceToken],
  ['stepUp', answeredStepUp],
] as const)('%s', (_, use) => {
  it('refuses an identity whose token has expired since [RT-9, R11-160]', async () => {
    const { net, resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken({ lifetime: 60 }), { requirement: personRoute })
    net.clock.advance(60)
    const { status, code, headers } = await refusalOf(use(resource, auth, wanted))
    expect([status, code, headers['aauth-requirement']]).toEqual([
      401,
      'expired_jwt',
      'requirement=person-token',
    ])
  })

  const kinds = [
    ['person token', personRoute, 'requirement=person-token'],
    ['auth token of draft 11', wanted, 'requirement=person-token'],
    ['auth token of drafts 01 to 10', wanted, 'requirement=agent-token'],
    ['agent token', agentRoute, undefined],
  ] as const
  it.each(kinds)(
    'refuses a %s that was revoked since [RT-9, PERS-12, CHAL-14, R11-161]',
    async (kind, requirement, asked) => {
      const { resource, agent, call } = await makeWorld(notes)
      const grant = { scope: 'notes.read' }
      const tokens = {
        'person token': () => agent.personToken(),
        'auth token of draft 11': () => agent.authToken(grant),
        'auth token of drafts 01 to 10': () => agent.authToken({ ...grant, generation: 'mission-header' }),
        'agent token': () => agent.agentToken(),
      }
      const auth: Auth = await call(await tokens[kind](), { requirement })
      await resource.revoke(auth)
      const { status, code, headers } = await refusalOf(use(resource, auth, wanted))
      expect([status, code, headers['aauth-requirement']]).toEqual([401, 'revoked_jwt', asked])
    },
  )
})
