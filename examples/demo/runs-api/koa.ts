import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { protect, requireGrant, wellKnown } from '@aauth-guard/koa'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { Runs } from './runs.ts'

/** The same on Koa. */
export function runsApi(resource: Resource): RequestListener {
  const runs = new Runs()
  const inMission = protect(resource, { mission: 'required' })
  const grantOf = (ctx: Context) => runs.grantOf(ctx.params.id)
  const router = new Router()
  router.post('/runs', inMission, (ctx) => {
    ctx.status = 201
    ctx.body = { run: runs.start(ctx.state.aauth) }
  })
  router.post('/runs/:id/steps', inMission, requireGrant(grantOf, { classPolicy: 'mission-only' }), (ctx) => {
    ctx.body = { step: runs.step(ctx.params.id) }
  })
  router.post('/runs/:id/result', inMission, requireGrant(grantOf, { classPolicy: 'linked-key' }), (ctx) => {
    ctx.body = { steps: runs.stepsOf(ctx.params.id) }
  })
  return new Koa().use(wellKnown(resource)).use(router.routes()).callback()
}
