import type { RequestListener } from 'node:http'
import { fetchRequest, readContent } from '@aauth-guard/core/fetch'
import { protect, wellKnown } from '@aauth-guard/hono'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Bank } from './bank.ts'

/** The same on Hono. */
export function bankApi({ resource, readBalance, payments }: Bank): RequestListener {
  const app = new Hono()
  app.use(wellKnown(resource))
  app.get('/balance', protect(resource, readBalance), (c) =>
    c.json({ balanceOf: c.var.aauth.session?.person, balance: 1200 }),
  )
  app.post('/payments', async ({ req: { raw } }) => {
    const { status, headers, body } = await payments.answer(fetchRequest(raw), (limit) =>
      readContent(raw, limit),
    )
    return new Response(body, { status, headers })
  })
  return getRequestListener(app.fetch) as RequestListener
}
