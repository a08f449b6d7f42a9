import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { getAuth, protect, requireGrant, wellKnown } from '@aauth-guard/express'
import express, { type Request } from 'express'
import { Runs } from './runs.ts'

/** The API of runs on Express. */
export function runsApi(resource: Resource): RequestListener {
  const runs = new Runs()
  const inMission = protect(resource, { mission: 'required' })
  const grantOf = (req: Request) => runs.grantOf(String(req.params.id))
  const app = express()
  app.use(wellKnown(resource))
  app.post('/runs', inMission, (req, res) => {
    res.status(201).json({ run: runs.start(getAuth(req, 'auth-token')) })
  })
  app.post(
    '/runs/:id/steps',
    inMission,
    requireGrant(grantOf, { classPolicy: 'mission-only' }),
    (req, res) => {
      res.json({ step: runs.step(String(req.params.id)) })
    },
  )
  app.post(
    '/runs/:id/result',
    inMission,
    requireGrant(grantOf, { classPolicy: 'linked-key' }),
    (req, res) => {
      res.json({ steps: runs.stepsOf(String(req.params.id)) })
    },
  )
  return app
}
