/** An API that keeps people's notes: `node examples/fastify/app.ts`, then `curl -i http://127.0.0.1:3000/notes`. */
import { createResource, personKey, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { aauth, getAuth, wellKnown } from '@aauth-guard/fastify'
import fastify, { type FastifyInstance } from 'fastify'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes and delete them' },
}

const note = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } } as const

export async function notesApi(resource: Resource): Promise<FastifyInstance> {
  const notes = new Map<string, string[]>()
  const app = fastify()
  app.addHook('onRequest', wellKnown(resource)) // metadata and keys, for everybody
  await app.register(aauth(resource, { accept: 'agent-token' })) // what a route requires that says nothing

  app.get('/about', { config: { aauth: false } }, () => ({ notes: 'of people, kept for their agents' }))

  app.get('/whoami', (request) => {
    const { agent, class: runtime } = getAuth(request, 'agent-token')
    return { agent, provider: runtime.provider }
  })

  app.get('/me', { config: { aauth: { accept: 'person-token' } } }, (request) => ({
    person: personKey(getAuth(request, 'person-token')),
  }))

  app.get('/notes', { config: { aauth: { scope: 'notes.read', person: 'required' } } }, (request) => {
    const auth = getAuth(request, 'auth-token', { person: 'required' })
    return notes.get(personKey(auth)) ?? []
  })

  const writing = {
    scope: 'notes.write',
    components: ['content-digest', 'content-type'], // the note itself is under the signature
    person: 'required',
  } as const
  app.post<{ Body: { text: string } }>(
    '/notes',
    { config: { aauth: writing }, schema: { body: note } },
    (request, reply) => {
      const person = personKey(getAuth(request, 'auth-token', { person: 'required' }))
      const { text } = request.body
      notes.set(person, [...(notes.get(person) ?? []), text])
      return reply.code(201).send({ text })
    },
  )

  // Too much to delete on a whim: only within a mission that the person approved.
  const deleting = { scope: 'notes.write', mission: 'required', person: 'required' } as const
  app.delete('/notes', { config: { aauth: deleting } }, (request, reply) => {
    notes.delete(personKey(getAuth(request, 'auth-token', { person: 'required' })))
    return reply.code(204).send()
  })
  return app
}

if (process.argv[1] === import.meta.filename) {
  const app = await notesApi(createResource(options))
  console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }))
}
