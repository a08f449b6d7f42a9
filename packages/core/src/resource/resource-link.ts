import { linkOf } from './link-of.ts'
import type { Resource } from './resource.ts'
import { stateOf } from './state-of.ts'

/**
 * The value of a `Link` field that leads agents to the metadata of a resource. Challenges carry it already; add it to
 * the page that `metadata.documentation_uri` names, and to any other page from which agents should find the API.
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
