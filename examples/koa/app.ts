/** An API that keeps people's notes: `node examples/koa/app.ts`, then `curl -i http://127.0.0.1:3000/notes`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResource, personKey, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes and delete them' },
}

export function notesApi(resource: Resource): Koa {
  const notes = new Map<string, string[]>()
  const router = new Router()

  router.get('/whoami', protect(resource, { accept: 'agent-token' }), (ctx) => {
    const { agent, class: runtime } = ctx.state.aauth
    ctx.body = { agent, provider: runtime.provider }
  })

  router.get('/me', protect(resource, { accept: 'person-token' }), (ctx) => {
    ctx.body = { person: personKey(ctx.state.aauth) }
  })

  router.get('/notes', protect(resource, { scope: 'notes.read', person: 'required' }), (ctx) => {
    ctx.body = notes.get(personKey(ctx.state.aauth)) ?? []
  })

  router.post(
    '/notes',
    protect(resource, {
      scope: 'notes.write',
      components: ['content-digest', 'content-type'], // the note itself is under the signature
      person: 'required',
    }),
    bodyParser(),
    (ctx) => {
      const { text } = (ctx.request.body ?? {}) as { text?: unknown }
      if (typeof text !== 'string') return ctx.throw(400, 'a note has a text')
      const person = personKey(ctx.state.aauth)
      notes.set(person, [...(notes.get(person) ?? []), text])
      ctx.status = 201
      ctx.body = { text }
    },
  )

  // Too much to delete on a whim: only within a mission that the person approved.
  const deleting = protect(resource, { scope: 'notes.write', mission: 'required', person: 'required' })
  router.delete('/notes', deleting, (ctx) => {
    notes.delete(personKey(ctx.state.aauth))
    ctx.status = 204
  })

  const app = new Koa()
  app.use(wellKnown(resource)) // metadata and keys, for everybody
  app.use(router.routes())
  return app
}

if (process.argv[1] === import.meta.filename) {
  const server = createServer(notesApi(createResource(options)).callback())
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  )
}
