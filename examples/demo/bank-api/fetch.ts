import type { RequestListener } from 'node:http'
import { fetchGuard, fetchRequest, readContent } from '@aauth-guard/core/fetch'
import { getRequestListener } from '@hono/node-server'
import type { Bank } from './bank.ts'

/** The same without a framework; the guard serves the resource’s own routes as well. */
export function bankApi({ resource, readBalance, payments }: Bank): RequestListener {
  const balance = fetchGuard(
    resource,
    readBalance,
  )((_request, auth) => Response.json({ balanceOf: auth.session?.person, balance: 1200 }))
  return getRequestListener(async (request) => {
    if (request.method !== 'POST' || new URL(request.url).pathname !== '/payments') return balance(request)
    const { status, headers, body } = await payments.answer(fetchRequest(request), (limit) =>
      readContent(request, limit),
    )
    return new Response(body, { status, headers })
  }) as RequestListener
}
