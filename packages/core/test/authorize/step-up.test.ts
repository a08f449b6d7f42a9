import {
  type AAuthError,
  type AnyRequirement,
  answer,
  isAAuthError,
  issueResourceToken,
  stepUp,
} from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { answerOfStepUp, challenged, notes, refusalOf } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const read = { scope: 'notes.read' } as const
const write = { scope: 'notes.write' } as const
/** What `work` throws. */
function thrownBy(work: () => unknown): AAuthError {
  try {
    work()
  } catch (error) {
    if (isAAuthError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const challenge = /^requirement=auth-token;resource-token="[\w-]+\.[\w-]+\.[\w-]+"$/

describe('stepUp', () => {
  it('challenges with a resource token for the granted and the additional scopes [CHAL-7, CHAL-16, R11-144, R11-146, R11-147, R11-150]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const token = await agent.authToken({ scope: 'notes.read', claims: { jti: 'at-1' } })
    const answered = await answerOfStepUp(resource, await call(token, { requirement: read }), write)
    const { status, headers, body } = answered
    expect([status, JSON.parse(body).error, headers]).toEqual([
      401,
      'auth_token_required',
      {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'aauth-requirement': expect.stringMatching(challenge),
        link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      },
    ])
    const { payload } = await challenged(resource, answered)
    expect([payload.presented_jti, payload.scope]).toEqual(['at-1', 'notes.read notes.write'])
  })

  it('throws at once, and the error is a plain server_error until the resource token is signed [CHAL-7, R11-146]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.authToken(read), { requirement: read })
    const { status, headers, problem, expose, stack } = thrownBy(() => stepUp(resource, auth, write))
    expect([status, headers, problem.status, problem.error, expose]).toEqual([
      500,
      {},
      500,
      'server_error',
      false,
    ])
    // An operator who forgot to answer it finds the place of the call.
    expect(stack).toMatch(/^AAuthError: nothing answered the error of stepUp: mount answerRefusals\(\)/)
    expect(stack).toContain('step-up.test.ts')
  })

  it('checks again when it is answered whether the token is still valid [R11-161, RT-9]', async () => {
    const { net, resource, agent, call } = await makeWorld(notes)
    const token = await agent.authToken({ ...read, claims: { jti: 'at-2' } })
    const auth = await call(token, { requirement: read })
    const revoked = thrownBy(() => stepUp(resource, auth, write))
    const expired = thrownBy(() => stepUp(resource, auth, write))
    await resource.revoke(auth)
    const first = await answer(revoked)
    net.clock.advance(auth.exp - net.clock.now())
    const second = await answer(expired)
    expect([first, second].map(({ status, headers }) => [status, headers['signature-error']])).toEqual([
      [401, 'error=revoked_jwt'],
      [401, 'error=expired_jwt'],
    ])
  })

  it('is signed and reported once even if it is answered twice [CHAL-7]', async () => {
    const { resource, agent, call, refusals } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const error = thrownBy(() => stepUp(resource, auth, write))
    expect(refusals).toEqual([])
    const answers = [await answer(error), await answer(error)]
    expect([refusals.map(({ code }) => code), answers[1]]).toEqual([['auth_token_required'], answers[0]])
  })

  it('asks for the given account in place of the granted one [RT-12, R11-205]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const token = await agent.authToken({ scope: 'notes.read', account: 'ws-7' })
    const auth = await call(token, { requirement: read })
    const { payload } = await challenged(
      resource,
      await answerOfStepUp(resource, auth, { ...read, account: 'ws-8' }),
    )
    expect(payload.account).toBe('ws-8')
  })

  it('keeps the granted account by default [RT-12]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const token = await agent.authToken({ scope: 'notes.read', account: 'ws-7' })
    const auth = await call(token, { requirement: read })
    const { payload } = await challenged(resource, await answerOfStepUp(resource, auth, write))
    expect(payload.account).toBe('ws-7')
  })

  it.each([
    ['an empty string', ''],
    ['513 characters', 'a'.repeat(513)],
    ['a line feed', 'ws-7\nws-8'],
    ['a number', 7],
    ['null', null],
  ])('refuses %s as an account [RT-12, M11]', async (_, account) => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.authToken(read), { requirement: read })
    expect(() => stepUp(resource, auth, { ...read, account: account as string })).toThrow(TypeError)
  })

  it('challenges an agent token for a person token when its person server supports draft 11 [CHAL-5, R11-142, R11-160, M01]', async () => {
    const { net, resource, agent, call } = await makeWorld(notes)
    net.personServer.generations = ['mission-header', 'person-token']
    const mission = { approver: net.personServer.id, s256 }
    const auth = await call(await agent.agentToken(), { requirement: agentRoute, mission })
    const { status, body, headers } = await answerOfStepUp(resource, auth, write)
    expect([status, JSON.parse(body).error, headers['aauth-requirement']]).toEqual([
      401,
      'person_token_required',
      'requirement=person-token',
    ])
  })

  it('issues a resource token for an agent token when its person server supports only drafts 01 to 10 [CHAL-8, RT-5]', async () => {
    const { net, resource, agent, call } = await makeWorld(notes)
    net.personServer.generations = ['mission-header']
    const auth = await call(await agent.agentToken(), { requirement: agentRoute })
    const { payload } = await challenged(resource, await answerOfStepUp(resource, auth, write))
    expect([payload.agent, payload.scope]).toEqual(['aauth:planner@agent.example', 'notes.write'])
  })

  it('can be thrown by check [CHAL-7]', async () => {
    const { resource, agent, refusal, refusals } = await makeWorld(notes)
    const requirement: AnyRequirement = {
      ...read,
      check: (auth) => stepUp(resource, auth, write),
    }
    const error: AAuthError = await refusal(await agent.authToken(read), { requirement })
    expect([error.status, error.code, refusals]).toEqual([401, 'auth_token_required', [error]])
    const { payload } = await challenged(resource, error)
    expect(payload.scope).toBe('notes.read notes.write')
  })
})

it.each([
  ['issueResourceToken', {}],
  ['an agent in the generation of person tokens alone', { generations: ['person-token'] }],
] as const)(
  'an agent token does not lead to a resource token: %s [R11-142, R11-160, M01]',
  async (_, options) => {
    const { resource, agent, call } = await makeWorld({ ...notes, ...options })
    const auth = await call(await agent.agentToken(), { requirement: agentRoute })
    const { code } = await refusalOf(issueResourceToken(resource, auth, read))
    expect(code).toBe('person_token_required')
  },
)

describe('a handler behind fetchGuard', () => {
  it('that steps up has its challenge answered [CHAL-7, R11-146]', async () => {
    const { net, resource, agent } = await makeWorld(notes)
    const handler = fetchGuard(resource, read)((_request, auth) => stepUp(resource, auth, write))
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken(read) })
    const response = await handler(toRequest(message))
    expect([response.status, response.headers.get('aauth-requirement')]).toEqual([
      401,
      expect.stringMatching(challenge),
    ])
  })

  it('that throws an error of its own gets it rethrown', async () => {
    const { net, resource, agent } = await makeWorld(notes)
    const fault = new Error('the database is away')
    const handler = fetchGuard(resource, read)(() => Promise.reject(fault))
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken(read) })
    await expect(handler(toRequest(message))).rejects.toBe(fault)
  })
})
