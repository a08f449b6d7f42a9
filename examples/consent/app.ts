import type { Resource } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'
import { notesAccess, personOf } from './access.ts'
import { nodeListener } from './pages/node-listener.ts'
import { consentPages, type PagesOptions } from './pages/pages.ts'

/** An API that keeps notes of persons, and asks them itself which agents may use theirs. */
export function notesApi(resource: Resource, options: PagesOptions): Express {
  const notes = new Map<string, string[]>()
  const access = notesAccess(resource)
  const app = express()
  app.disable('x-powered-by')

  app.use(wellKnown(resource)) // metadata, keys, and the URLs that agents poll

  app.use(new URL(options.url).pathname, nodeListener(consentPages(resource, options)))

  app.get('/notes', protect(resource, access.read), (req, res) => {
    res.json(notes.get(personOf(getAuth(req, 'agent-token'))) ?? [])
  })

  app.post('/notes', protect(resource, access.add), express.json(), (req, res) => {
    const person = personOf(getAuth(req, 'agent-token'))
    const { text } = (req.body ?? {}) as { text?: unknown }
    if (typeof text !== 'string' || text.length > 1000) return res.sendStatus(400)
    notes.set(person, [...(notes.get(person) ?? []), text].slice(-100))
    return res.status(201).json({ text })
  })

  app.use(answerRefusals())
  return app
}
