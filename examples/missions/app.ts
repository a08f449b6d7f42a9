import type { Resource } from '@aauth-guard/core'
import { type MissionGrant, missionGrant } from '@aauth-guard/core/missions'
import { answerRefusals, getAuth, protect, requireGrant, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'

/** An API whose runs outlive the runtimes that work on them: a run belongs to a mission and a class, to no session. */
export function runsApi(resource: Resource): Express {
  const runs = new Map<string, { readonly grant: MissionGrant; readonly steps: string[] }>()
  const app = express()
  app.use(wellKnown(resource))

  app.post('/runs', protect(resource, { mission: 'required' }), (req, res) => {
    const run = `run-${runs.size + 1}`
    runs.set(run, { grant: missionGrant(getAuth(req, 'auth-token')), steps: [] })
    res.status(201).json({ run })
  })

  app.post(
    '/runs/:id/steps',
    protect(resource, { mission: 'required' }),
    requireGrant((req) => runs.get(String(req.params.id))?.grant),
    (req, res) => {
      const steps = runs.get(String(req.params.id))?.steps
      steps?.push(getAuth(req, 'auth-token').thumbprint)
      res.json({ steps: steps?.length })
    },
  )

  app.use(answerRefusals())
  return app
}
