import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { assertGrant } from '@aauth-guard/core/missions'
import { getRequestListener } from '@hono/node-server'
import { Runs } from './runs.ts'

/** The same without a framework; the guard serves the resource’s own routes as well. */
export function runsApi(resource: Resource): RequestListener {
  const runs = new Runs()
  const guarded = fetchGuard(resource, { mission: 'required' })(async ({ method, url }, auth) => {
    const [, , run, part] = new URL(url).pathname.split('/')
    if (method === 'POST' && run === undefined)
      return Response.json({ run: runs.start(auth) }, { status: 201 })
    const grant = () => runs.grantOf(run)
    if (method === 'POST' && part === 'steps') {
      await assertGrant(auth, grant, { classPolicy: 'mission-only' })
      return Response.json({ step: runs.step(run) })
    }
    if (method === 'POST' && part === 'result') {
      await assertGrant(auth, grant, { classPolicy: 'linked-key' })
      return Response.json({ steps: runs.stepsOf(run) })
    }
    return new Response(null, { status: 404 })
  })
  return getRequestListener(guarded) as RequestListener
}
