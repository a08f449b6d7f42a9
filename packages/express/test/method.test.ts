import { protect } from '@aauth-guard/express'
import { serve, verdictOf, withLines } from '@aauth-guard/fixtures/served'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

/** The behaviour of the `method-override` package with its default header. */
const methodOverride: RequestHandler = (req, _res, next) => {
  const override = req.headers['x-http-method-override']
  if (typeof override === 'string') req.method = override.toUpperCase()
  next()
}
const override = withLines(['x-http-method-override', 'DELETE'])

describe.each(expressLines)('the request method on %s', (_, express) => {
  it.each(['POST', 'DELETE', 'HEAD'])(
    'must be the signed one: a signature over GET is refused for %s [E05]',
    async (method) => {
      const { send } = await serve(({ resource }) =>
        express().all('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
      )
      const response = await send({ onTheWay: (message) => ({ ...message, method }) })
      expect([response.status, response.headers.get('signature-error')]).toEqual([
        401,
        'error=invalid_signature',
      ])
    },
  )

  it('is refused when it was overridden before the guard [E06]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .use(methodOverride)
        .delete('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    expect(await verdictOf(await send({ method: 'POST', onTheWay: override }))).toEqual([
      401,
      'invalid_signature',
    ])
  })

  it('is verified again on a route when it was overridden after the first guard [E06]', async () => {
    const { send } = await serve(({ resource }) =>
      express()
        .use(protect(resource))
        .use(methodOverride)
        .delete('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    expect(await verdictOf(await send({ method: 'POST', onTheWay: override }))).toEqual([
      401,
      'invalid_signature',
    ])
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'may be %s, which is guarded like any other',
    async (method) => {
      const { send, sendUnsigned } = await serve(({ resource }) =>
        express()
          .use(protect(resource))
          .all('/notes', (_req, res) => res.sendStatus(204)),
      )
      expect([(await send({ method })).status, (await sendUnsigned(method)).status]).toEqual([204, 401])
    },
  )
})
