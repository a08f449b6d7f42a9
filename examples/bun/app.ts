import type { Resource } from '@aauth-guard/core'
import { notesHandlers } from '../fetch-notes.ts'

type Handler = (request: Request) => Promise<Response>

/** What is used here of Bun; `@types/bun` has all of it. */
declare const Bun: {
  serve(options: {
    readonly hostname: string
    readonly port: number
    readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>
    readonly fetch: Handler
  }): { readonly port: number }
}

/** @returns the port */
export async function serveNotes(resource: Resource, port: number): Promise<number> {
  const { list, add, other } = notesHandlers(resource)
  const routes = { '/notes': { GET: list, POST: add } }
  return Bun.serve({ hostname: '127.0.0.1', port, routes, fetch: other }).port
}
