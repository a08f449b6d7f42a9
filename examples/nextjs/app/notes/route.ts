import { personKey } from '@aauth-guard/core'
import { protect } from '@aauth-guard/nextjs'
import { resource } from '../../lib/resource.ts'

const notes = new Map<string, string[]>()

export const GET = protect(resource, { scope: 'notes.read', person: 'required' }, (_request, auth) =>
  Response.json(notes.get(personKey(auth)) ?? []),
)

export const POST = protect(
  resource,
  {
    scope: 'notes.write',
    components: ['content-digest', 'content-type'], // the note itself is under the signature
    person: 'required',
  },
  async (request, auth) => {
    const { text } = ((await request.json().catch(() => null)) ?? {}) as { text?: unknown }
    if (typeof text !== 'string') return Response.json({ error: 'a note has a text' }, { status: 400 })
    const person = personKey(auth)
    notes.set(person, [...(notes.get(person) ?? []), text])
    return Response.json({ text }, { status: 201 })
  },
)
