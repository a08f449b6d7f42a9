import type { ResourceSettings } from './options.ts'
import { type Resource, stateOf } from './resource.ts'
import { metadataPath } from './routes/paths.ts'

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

/** The target is the server identifier with the path of the protocol, whatever a proxy takes away (R11-277). */
export function linkOf({ issuer }: Pick<ResourceSettings, 'issuer'>): string {
  return `<${issuer}${metadataPath}>; rel="aauth-resource"`
}
