import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, requireGrant, wellKnown } from '@aauth-guard/hono'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { Runs } from './runs.ts'

/** The same on Hono. */
export function runsApi(resource: Resource): RequestListener {
  const runs = new Runs()
  const inMission = protect(resource, { mission: 'required' })
  const grantOf = (c: Context) => runs.grantOf(c.req.param('id'))
  const app = new Hono()
  app.use(wellKnown(resource))
  app.post('/runs', inMission, (c) => c.json({ run: runs.start(c.var.aauth) }, 201))
  app.post('/runs/:id/steps', inMission, requireGrant(grantOf, { classPolicy: 'mission-only' }), (c) =>
    c.json({ step: runs.step(c.req.param('id')) }),
  )
  app.post('/runs/:id/result', inMission, requireGrant(grantOf, { classPolicy: 'linked-key' }), (c) =>
    c.json({ steps: runs.stepsOf(c.req.param('id')) }),
  )
  return getRequestListener(app.fetch) as RequestListener
}
