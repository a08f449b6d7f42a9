import { getAuth, protect } from '@aauth-guard/express'
import { type Served, serve } from '@aauth-guard/fixtures/served'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'
import { tellError } from './handlers.ts'

type Kind = 'agent-token' | 'person-token' | 'auth-token'

const tokens = {
  'an agent token': (agent: Agent) => agent.agentToken(),
  'a person token': (agent: Agent) => agent.personToken(),
  'an auth token of draft 11': (agent: Agent) => agent.authToken(),
  'an auth token of drafts 01 to 10': (agent: Agent) => agent.authToken({ generation: 'mission-header' }),
} as const

describe.each(expressLines)('kinds of token on %s', (_, express) => {
  /** The guard accepts `accept`, and the handler reads `kind`. */
  function serveRoute(accept: Kind, kind: Kind): Promise<Served> {
    return serve(({ resource }) =>
      express()
        .get('/notes', protect(resource, { accept }), (req, res) => {
          const { type, generation } = getAuth(req, kind)
          res.json([type, generation ?? null])
        })
        .use(tellError),
    )
  }

  it.each([
    ['agent-token', 'an agent token', ['agent-token', null]],
    ['person-token', 'a person token', ['person-token', 'person-token']],
    ['auth-token', 'an auth token of draft 11', ['auth-token', 'person-token']],
    ['auth-token', 'an auth token of drafts 01 to 10', ['auth-token', 'mission-header']],
  ] as const)('a route for %s accepts %s', async (accept, token, seen) => {
    const { send, agent } = await serveRoute(accept, accept)
    const response = await send({ token: await tokens[token](agent) })
    expect([response.status, await response.json()]).toEqual([200, seen])
  })

  it('a route for person tokens accepts an auth token of draft 11 and identifies it as one [R11-072]', async () => {
    const { send, agent } = await serveRoute('person-token', 'person-token')
    const response = await send({ token: await agent.authToken() })
    expect([response.status, await response.json()]).toEqual([200, ['auth-token', 'person-token']])
  })

  it.each([
    ['auth-token', 'an agent token', 'person-token', '[CHAL-5]'],
    ['person-token', 'an agent token', 'person-token', '[CHAL-4]'],
    ['agent-token', 'a person token', 'agent-token', '[CHAL-3]'],
    ['agent-token', 'an auth token of draft 11', 'agent-token', '[CHAL-3]'],
    ['person-token', 'an auth token of drafts 01 to 10', 'person-token', '[R11-072]'],
  ] as const)('a route for %s answers %s with a challenge for %s %s', async (accept, token, asked, _id) => {
    const { send, agent } = await serveRoute(accept, accept)
    const response = await send({ token: await tokens[token](agent) })
    expect([response.status, response.headers.get('aauth-requirement')]).toEqual([
      401,
      `requirement=${asked}`,
    ])
  })

  it.each([
    ['agent-token', 'an agent token', 'auth-token', 'agent-token'],
    ['person-token', 'a person token', 'auth-token', 'person-token'],
    ['auth-token', 'an auth token of draft 11', 'agent-token', 'auth-token'],
    ['auth-token', 'an auth token of drafts 01 to 10', 'person-token', 'auth-token'],
    ['agent-token', 'an agent token', 'person-token', 'agent-token'],
  ] as const)(
    'getAuth on a route for %s refuses %s in a handler that reads %s',
    async (accept, token, kind, was) => {
      const { send, agent } = await serveRoute(accept, kind)
      const response = await send({ token: await tokens[token](agent) })
      expect([response.status, await response.text()]).toEqual([
        500,
        `TypeError: the second argument of getAuth is "${kind}", but the request carried "${was}": pass a kind that "accept" of the route names`,
      ])
    },
  )

  it('getAuth throws in a handler without a guard before it', async () => {
    const { send } = await serve(() =>
      express()
        .get('/notes', (req, res) => res.json(getAuth(req, 'auth-token')))
        .use(tellError),
    )
    const response = await send()
    expect([response.status, await response.text()]).toEqual([
      500,
      'TypeError: the request has no verified identity: put protect(resource) before this handler',
    ])
  })

  it('getAuth rejects an identity that was set on the request by hand', async () => {
    const { send } = await serve(() =>
      express()
        .use((req, _res, next) => {
          Object.defineProperty(req, 'aauth', { value: { type: 'auth-token', sub: 'anybody' } })
          next()
        })
        .get('/notes', (req, res) => res.json(getAuth(req, 'auth-token')))
        .use(tellError),
    )
    expect((await send()).status).toBe(500)
  })
})
