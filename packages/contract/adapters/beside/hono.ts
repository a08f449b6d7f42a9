import type { Auth, Caller, Resource } from '@aauth-guard/core'
import { readIdentity } from '@aauth-guard/core/adapter'
import { getCaller, protect, requireGrant } from '@aauth-guard/hono'
import { type Context, Hono } from 'hono'
import { grant, plainText } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

type Guarded = { Variables: { aauth: Caller | undefined } }

export function besideApp(resource: Resource): Hono<Guarded> {
  const app = new Hono<Guarded>()
  const tell = (c: Context<Guarded>) => c.body(besideText(getCaller(c)), 200, { 'content-type': plainText })
  for (const path of told) app.all(path, protect(resource, besides[path]), tell)
  app.all('/beside/twice', protect(resource, besides['/beside/key']), protect(resource), tell)
  app.get(
    '/beside/runs',
    protect(resource, besides['/beside/runs']),
    requireGrant(() => grant),
    tell,
  )
  app.get('/beside/tools', protect(resource, besides['/beside/tools']), (c) => {
    const caller: Caller = c.var.aauth
    // Hono has no getAuth of its own; this is what the others call.
    const text = toolsText(resource, caller, () => readIdentity(caller as Auth, 'auth-token', ''))
    return c.body(text, 200, { 'content-type': plainText })
  })
  return app
}
