import { getAuth, protect } from '@aauth-guard/express'
import { makeMailResource } from '@aauth-guard/fixtures/other-resources'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { dial } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('several guards of one route on %s', (_, express) => {
  it('do not take a request for a replay [E23]', async () => {
    const { send, agent } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .use(protect(resource))
        .post('/notes', protect(resource, { scope: 'access' }), (req, res) => {
          res.json(getAuth(req, 'auth-token').scopes)
        }),
    )
    const token = await agent.authToken({ scope: 'access' })
    const response = await send({ method: 'POST', token })
    expect([response.status, await response.json()]).toEqual([200, ['access']])
  })

  it('refuse a second request with the same signature [J02]', async () => {
    let entered = 0
    const { sign, url } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .post('/notes', protect(resource), (_req, res) => {
          entered += 1
          res.sendStatus(204)
        }),
    )
    const message = await sign({ method: 'POST', params: { nonce: 'n' } })
    expect((await dial(url, message)).status).toBe(204)
    expect(await verdictOf(await dial(url, message))).toEqual([401, 'invalid_signature'])
    expect(entered).toBe(1)
  })

  it('accept a second request of a safe method with the same signature [J01]', async () => {
    const { sign, url } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const message = await sign()
    expect([(await dial(url, message)).status, (await dial(url, message)).status]).toEqual([204, 204])
  })

  it('require what the stricter one requires [SIG-8]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .get('/notes', protect(resource, { components: ['@query'] }), (_req, res) => res.sendStatus(204)),
    )
    expect(await verdictOf(await send())).toEqual([401, 'invalid_input'])
    expect((await send({ cover: ['@query'] })).status).toBe(204)
  })

  it('yield the identity of the last one', async () => {
    const { send, agent } = await serve(({ resource }) =>
      express()
        .use(protect(resource, { accept: ['agent-token', 'auth-token'] }))
        .get('/notes', protect(resource, { accept: 'agent-token' }), (req, res) => {
          res.json(getAuth(req, 'agent-token').agent)
        }),
    )
    const response = await send({ token: await agent.agentToken() })
    expect(await response.json()).toBe('aauth:planner@agent.example')
  })

  it('of two resources verify separately', async () => {
    const { send } = await serve(({ resource, net }) => {
      const other = makeMailResource({ net })
      return express()
        .use(protect(resource))
        .get('/notes', protect(other), (_req, res) => res.sendStatus(204))
    })
    expect(await verdictOf(await send())).toEqual([401, 'invalid_jwt'])
  })

  it('notice a revocation between them [REV-9]', async () => {
    const { send, agent } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .use((req, _res, next) => {
          resource.revoke(getAuth(req, 'auth-token'))
          next()
        })
        .get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const token = await agent.authToken()
    const response = await send({ token })
    expect([response.headers.get('aauth-requirement'), ...(await verdictOf(response))]).toEqual([
      'requirement=person-token',
      401,
      'revoked_jwt',
    ])
  })
})
