import type { Resource } from '@aauth-guard/core'
import { getAuth, getCaller, protect, requireGrant } from '@aauth-guard/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { grant } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

/** Behind the plugin `aauth`. */
export function addBeside(app: FastifyInstance, resource: Resource): void {
  const tell = (request: FastifyRequest): string => besideText(getCaller(request))
  for (const path of told) app.all(path, { config: { aauth: besides[path] } }, tell)
  app.all(
    '/beside/twice',
    { onRequest: [protect(resource, besides['/beside/key']), protect(resource)] },
    tell,
  )
  app.get(
    '/beside/runs',
    { config: { aauth: besides['/beside/runs'] }, preHandler: requireGrant(() => grant) },
    tell,
  )
  app.get('/beside/tools', { config: { aauth: besides['/beside/tools'] } }, (request) =>
    toolsText(resource, getCaller(request), () => getAuth(request, 'auth-token')),
  )
}
