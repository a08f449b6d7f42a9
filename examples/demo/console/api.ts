import type { Resource } from '@aauth-guard/core'
import { answerRefusals, protect, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'

export const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' }

/** The API that agents work with while somebody looks at the console. */
export function watchedApi(resource: Resource): Express {
  const app = express()
  app.use(wellKnown(resource))
  app.get('/whoami', protect(resource, { name: 'whoami', accept: 'agent-token' }), (_req, res) => {
    res.json({})
  })
  app.get('/notes/:id', protect(resource, { name: 'notes.read', scope: 'notes.read' }), (_req, res) => {
    res.json({})
  })
  app.post('/notes', protect(resource, { name: 'notes.write', scope: 'notes.write' }), (_req, res) => {
    res.status(201).json({})
  })
  const reports = protect(resource, { name: 'reports.read', scope: 'notes.read', mission: 'required' })
  app.get('/reports/:id', reports, (_req, res) => {
    res.json({})
  })
  app.use(answerRefusals())
  return app
}
