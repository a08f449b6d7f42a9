import type { Resource } from '@aauth-guard/core'
import { notesHandlers } from '../fetch-notes.ts'

type Handler = (request: Request) => Promise<Response>

/** What is used here of Deno, which has its own types. */
declare const Deno: {
  serve(
    options: { readonly hostname: string; readonly port: number; readonly onListen: () => void },
    handler: Handler,
  ): { readonly addr: { readonly port: number } }
}

export function notesApi(resource: Resource): Handler {
  const { list, add, other } = notesHandlers(resource)
  const routes: Readonly<Record<string, Handler>> = { 'GET /notes': list, 'POST /notes': add }
  return (request) => {
    const { pathname } = new URL(request.url)
    return (routes[`${request.method} ${pathname}`] ?? other)(request)
  }
}

/** @returns the port */
export async function serveNotes(resource: Resource, port: number): Promise<number> {
  const onListen = () => undefined
  return Deno.serve({ hostname: '127.0.0.1', port, onListen }, notesApi(resource)).addr.port
}
