import type { Resource } from '@aauth-guard/core'
import { getAuth, getCaller, protect, requireGrant } from '@aauth-guard/express'
import type { Express, RequestHandler } from 'express'
import { grant, plainText } from '../../api.ts'
import { besides, besideText, told, toolsText } from '../../beside.ts'

export function addBeside(app: Express, resource: Resource): void {
  const tell: RequestHandler = (req, res) => {
    res.set('content-type', plainText).send(besideText(getCaller(req)))
  }
  for (const path of told) app.all(path, protect(resource, besides[path]), tell)
  app.all('/beside/twice', protect(resource, besides['/beside/key']), protect(resource), tell)
  app.get(
    '/beside/runs',
    protect(resource, besides['/beside/runs']),
    requireGrant(() => grant),
    tell,
  )
  app.get('/beside/tools', protect(resource, besides['/beside/tools']), (req, res) => {
    const text = toolsText(resource, getCaller(req), () => getAuth(req, 'auth-token'))
    res.set('content-type', plainText).send(text)
  })
}
