import type { SignedRequest } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import type { Context } from 'koa'

/**
 * The request as it crossed the wire. `koa-mount` rewrites `url` and keeps `ctx.originalUrl`; an Express app around
 * this one keeps its own, which is older.
 */
export function requestOf(ctx: Pick<Context, 'req' | 'originalUrl'>): SignedRequest {
  const { req }: { req: Context['req'] & { readonly originalUrl?: string } } = ctx
  return signedRequest(req, () => req.originalUrl ?? ctx.originalUrl)
}
