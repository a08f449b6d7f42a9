import type { RequestListener } from 'node:http'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { protect, wellKnown } from '@aauth-guard/koa'
import Router from '@koa/router'
import Koa from 'koa'
import type { Bank } from './bank.ts'

/** The same on Koa. */
export function bankApi({ resource, readBalance, payments }: Bank): RequestListener {
  const router = new Router()
  router.get('/balance', protect(resource, readBalance), (ctx) => {
    ctx.body = { balanceOf: ctx.state.aauth.session?.person, balance: 1200 }
  })
  router.post('/payments', async (ctx) => {
    const { status, headers, body } = await payments.answer(signedRequest(ctx.req), (limit) =>
      readContent(ctx.req, limit),
    )
    ctx.status = status
    ctx.set(headers)
    ctx.body = body
  })
  return new Koa().use(wellKnown(resource)).use(router.routes()).callback()
}
