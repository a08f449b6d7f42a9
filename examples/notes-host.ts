/**
 * Serves the notes of one example for a test: `notes-host.ts ./h3/app.ts ISSUERS`. Nothing is changed but the way to the
 * issuers, which is JSON: `https://host` of each → where it is served. Prints `{"port":N}`.
 */
import { createResource, type Resource } from '@aauth-guard/core'
import { options } from './fetch-notes.ts'

declare const Deno: { readonly args: readonly string[] } | undefined
const [app = '', issuers = '{}'] = typeof Deno === 'undefined' ? process.argv.slice(2) : Deno.args
const origins = JSON.parse(issuers) as Readonly<Record<string, string>>

const resource = createResource({
  ...options,
  fetch: (url, init) => {
    const { origin, pathname } = new URL(String(url))
    return fetch(`${origins[origin]}${pathname}`, init)
  },
})
const { serveNotes } = (await import(app)) as {
  serveNotes(resource: Resource, port: number): Promise<number>
}
console.log(JSON.stringify({ port: await serveNotes(resource, 0) }))
