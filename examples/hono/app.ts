/**
 * An API that keeps people's notes, for any host of Hono. `main.ts` serves it on Node, `../workers/worker.ts` in
 * Workers; both take it as it is.
 */
import { personKey, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/hono'
import { Hono } from 'hono'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  // By name: Workers cannot check the address they dial, and fetch keys of nobody else.
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes and delete them' },
}

export function notesApi(resource: Resource): Hono {
  const notes = new Map<string, string[]>()
  const app = new Hono()

  app.use(wellKnown(resource)) // metadata and keys, for everybody

  app.get('/whoami', protect(resource, { accept: 'agent-token' }), (c) => {
    const { agent, class: runtime } = c.var.aauth
    return c.json({ agent, provider: runtime.provider })
  })

  app.get('/me', protect(resource, { accept: 'person-token' }), (c) => {
    return c.json({ person: personKey(c.var.aauth) })
  })

  app.get('/notes', protect(resource, { scope: 'notes.read', person: 'required' }), (c) =>
    c.json(notes.get(personKey(c.var.aauth)) ?? []),
  )

  app.post(
    '/notes',
    protect(resource, {
      scope: 'notes.write',
      components: ['content-digest', 'content-type'], // the note itself is under the signature
      person: 'required',
    }),
    async (c) => {
      const text: unknown = (await c.req.json().catch(() => undefined))?.text
      if (typeof text !== 'string') return c.json({ error: 'a note has a text' }, 400)
      const person = personKey(c.var.aauth)
      notes.set(person, [...(notes.get(person) ?? []), text])
      return c.json({ text }, 201)
    },
  )

  // Too much to delete on a whim: only within a mission that the person approved.
  const deleting = protect(resource, { scope: 'notes.write', mission: 'required', person: 'required' })
  app.delete('/notes', deleting, (c) => {
    notes.delete(personKey(c.var.aauth))
    return c.body(null, 204)
  })

  return app
}
