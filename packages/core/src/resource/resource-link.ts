import { linkOf } from './link-of.ts'
import type { Resource } from './resource.ts'
import { stateOf } from './state-of.ts'

/**
 * The value of a `Link` field that points agents to the metadata of a resource. Challenges already contain it. Add it to
 * the page at `metadata.documentation_uri`, and to any other page from which agents should find the API.
 *
 * @returns such as `<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"`
 * @throws {TypeError} for an object that `createResource` did not make
 * @see draft 11 §11.2.5
 * @example
 * ```ts
 * import { createResource, resourceLink } from '@aauth-guard/core'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 *
 * export function documentation(): Response {
 *   const headers = { 'content-type': 'text/html', link: resourceLink(resource) }
 *   return new Response('<h1>Notes</h1>', { headers })
 * }
 * ```
 */
export function resourceLink(resource: Resource): string {
  return linkOf(stateOf(resource).settings)
}
