import type { Resource } from '@aauth-guard/core'
import { H3, serve } from 'h3'
import { notesHandlers } from '../fetch-notes.ts'

export function notesApi(resource: Resource): H3 {
  const { list, add, other } = notesHandlers(resource)
  return new H3()
    .get('/notes', ({ req }) => list(req))
    .post('/notes', ({ req }) => add(req))
    .all('/**', ({ req }) => other(req))
}

/** @returns the port */
export async function serveNotes(resource: Resource, port: number): Promise<number> {
  const server = serve(notesApi(resource), { hostname: '127.0.0.1', port, silent: true })
  await server.ready()
  return Number(new URL(server.url ?? '').port)
}
