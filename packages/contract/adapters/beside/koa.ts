import type { Resource } from '@aauth-guard/core'
import { getAuth, getCaller, protect, requireGrant } from '@aauth-guard/koa'
import type Router from '@koa/router'
import type { Middleware } from 'koa'
import { grant } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

export function addBeside(router: Router, resource: Resource): void {
  const tell: Middleware = (ctx) => {
    ctx.body = besideText(getCaller(ctx))
  }
  for (const path of told) router.all(path, protect(resource, besides[path]), tell)
  router.all('/beside/twice', protect(resource, besides['/beside/key']), protect(resource), tell)
  router.get(
    '/beside/runs',
    protect(resource, besides['/beside/runs']),
    requireGrant(() => grant) as Middleware,
    tell,
  )
  router.get('/beside/tools', protect(resource, besides['/beside/tools']), (ctx) => {
    ctx.body = toolsText(resource, ctx.state.aauth, () => getAuth(ctx, 'auth-token'))
  })
}
