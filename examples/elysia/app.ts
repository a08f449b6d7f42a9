import type { Resource } from '@aauth-guard/core'
import { Elysia } from 'elysia'
import { notesHandlers } from '../fetch-notes.ts'

/** Runs on Bun. */
export function notesApi(resource: Resource) {
  const { list, add, other } = notesHandlers(resource)
  // Elysia would read the content before the guard has verified who sent it.
  const unread = { parse: 'none' } as const
  return new Elysia()
    .get('/notes', ({ request }) => list(request))
    .post('/notes', ({ request }) => add(request), unread)
    .all('/*', ({ request }) => other(request), unread)
}

/** @returns the port */
export async function serveNotes(resource: Resource, port: number): Promise<number> {
  const { server } = notesApi(resource).listen({ hostname: '127.0.0.1', port })
  return server?.port ?? 0
}
