/** The notes API for hosts that map a `Request` to a `Response`; the folders beside it show the routes of each host. */
import { personKey, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  // By name: hosts other than Node cannot check the address they dial, and fetch keys of nobody else.
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' },
}

/** Handlers for `GET /notes`, `POST /notes` and every other request. */
export function notesHandlers(resource: Resource) {
  const notes = new Map<string, string[]>()
  const reading = fetchGuard(resource, { scope: 'notes.read', person: 'required' })
  const writing = fetchGuard(resource, {
    scope: 'notes.write',
    components: ['content-digest', 'content-type'], // the note itself is under the signature
    person: 'required',
  })
  const anyone = fetchGuard(resource, { accept: ['agent-token', 'person-token', 'auth-token'] })
  return {
    list: reading((_request, auth) => Response.json(notes.get(personKey(auth)) ?? [])),
    add: writing(async (request, auth) => {
      const { text } = ((await request.json().catch(() => null)) ?? {}) as { text?: unknown }
      if (typeof text !== 'string') return Response.json({ error: 'a note has a text' }, { status: 400 })
      const person = personKey(auth)
      notes.set(person, [...(notes.get(person) ?? []), text])
      return Response.json({ text }, { status: 201 })
    }),
    // Each guard serves metadata and keys, if their requests reach it.
    other: anyone(() => new Response(null, { status: 404 })),
  }
}
