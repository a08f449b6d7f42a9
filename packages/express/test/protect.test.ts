import { type Auth, createResource } from '@aauth-guard/core'
import { getAuth, protect } from '@aauth-guard/express'
import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { makeForeignResource } from '@aauth-guard/fixtures/other-resources'
import { serve } from '@aauth-guard/fixtures/served'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('protect on %s', (_, express) => {
  it('accepts a verified caller and passes the identity to the handler', async () => {
    let seen: Auth | undefined
    const { send, agent } = await serve(({ resource }) =>
      express().get('/notes', protect(resource, { scope: 'access' }), (req, res) => {
        seen = getAuth(req, 'auth-token')
        res.json({ same: req.aauth === seen })
      }),
    )
    const token = await agent.authToken({ scope: 'access', sub: 'person-7' })
    const response = await send({ token })
    expect([response.status, await response.json()]).toEqual([200, { same: true }])
    expect(seen).toEqual({
      type: 'auth-token',
      generation: 'person-token',
      iss: 'https://ps.example',
      sub: 'person-7',
      ps: 'https://ps.example',
      scopes: ['access'],
      account: null,
      tenant: null,
      thumbprint: agent.key.thumbprint,
      jti: expect.any(String),
      exp: now + 3600,
      covered: ['@method', '@authority', '@path', 'signature-key'],
    })
  })

  it('guards every route below app.use', async () => {
    let entered = 0
    const { send, sendUnsigned } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .all('/notes', (_req, res) => {
          entered += 1
          res.sendStatus(204)
        }),
    )
    expect([(await send()).status, (await sendUnsigned()).status, entered]).toEqual([204, 401, 1])
  })

  it('does not run the handler before the decision [Q07]', async () => {
    let handlerEntered = false
    const { asked, verdict, check } = makeHeldCheck()
    const { send } = await serve(({ resource }) => {
      return express().get('/notes', protect(resource, { check }), (_req, res) => {
        handlerEntered = true
        res.sendStatus(204)
      })
    })
    const sent = send()
    await asked.passed
    const enteredEarly = handlerEntered
    verdict.open(false)
    expect([enteredEarly, (await sent).status, handlerEntered]).toEqual([false, 403, false])
  })

  it('passes an identity to the handler that cannot be changed [Q05]', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (req, res) => {
        const auth = getAuth(req, 'auth-token') as unknown as { sub?: string; scopes: string[] }
        const changes = [
          () => {
            auth.sub = 'somebody else'
          },
          () => auth.scopes.push('notes.write'),
          () => Object.assign(req, { aauth: { ...auth, sub: 'somebody else' } }),
        ]
        const refused = changes.map((change) => {
          try {
            change()
            return false
          } catch (error) {
            return error instanceof TypeError
          }
        })
        res.json({ refused, sub: req.aauth?.sub })
      }),
    )
    expect(await (await send()).json()).toEqual({ refused: [true, true, true], sub: 'person-1' })
  })

  it('keeps the identity out of what loggers read from a request', async () => {
    const { send } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (req, res) => {
        res.json(Object.keys(req).includes('aauth'))
      }),
    )
    expect(await (await send()).json()).toBe(false)
  })

  it('throws for a requirement that is malformed', () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    expect(() => protect(resource, { scope: 'undescribed' })).toThrow('"scope" contains "undescribed"')
  })

  it('throws for an object that createResource did not make', () => {
    expect(() => protect(makeForeignResource())).toThrow(
      'made by another copy of @aauth-guard/core: pass what createResource() returned',
    )
  })
})
