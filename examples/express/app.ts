/**
 * An API that keeps people's notes. `node examples/express/app.ts` serves it; `curl -i http://127.0.0.1:3000/notes`
 * shows what an agent without credential is told.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource, personKey, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, verifyDigest, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes and delete them' },
}

export function notesApi(resource: Resource): Express {
  const notes = new Map<string, string[]>()
  const app = express()

  app.use(wellKnown(resource)) // metadata and keys, for everybody

  app.get('/whoami', protect(resource, { accept: 'agent-token' }), (req, res) => {
    const { agent, class: runtime } = getAuth(req, 'agent-token')
    res.json({ agent, provider: runtime.provider })
  })

  app.get('/me', protect(resource, { accept: 'person-token' }), (req, res) => {
    res.json({ person: personKey(getAuth(req, 'person-token')) })
  })

  app.get('/notes', protect(resource, { scope: 'notes.read', person: 'required' }), (req, res) => {
    res.json(notes.get(personKey(getAuth(req, 'auth-token', { person: 'required' }))) ?? [])
  })

  app.post(
    '/notes',
    protect(resource, {
      scope: 'notes.write',
      components: ['content-digest', 'content-type'], // the note itself is under the signature
      person: 'required',
    }),
    express.json({ verify: verifyDigest }),
    (req, res) => {
      const { text } = (req.body ?? {}) as { text?: unknown }
      if (typeof text !== 'string') return void res.status(400).json({ error: 'a note has a text' })
      const person = personKey(getAuth(req, 'auth-token', { person: 'required' }))
      notes.set(person, [...(notes.get(person) ?? []), text])
      res.status(201).json({ text })
    },
  )

  // Too much to delete on a whim: only within a mission that the person approved.
  const deleting = protect(resource, { scope: 'notes.write', mission: 'required', person: 'required' })
  app.delete('/notes', deleting, (req, res) => {
    notes.delete(personKey(getAuth(req, 'auth-token', { person: 'required' })))
    res.sendStatus(204)
  })

  app.use(answerRefusals()) // answers what verifyDigest refuses
  return app
}

if (process.argv[1] === import.meta.filename) {
  const server = createServer(notesApi(createResource(options)))
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  )
}
