import { createResource } from '@aauth-guard/core'
import { notesApi, options } from '../../../examples/hono/app.ts'
import { fetchAt } from './issuers-at.ts'

/** The example, with nothing changed but the way to its issuers. */
export function makeExample(issuers: string): ReturnType<typeof notesApi>['fetch'] {
  return notesApi(createResource({ ...options, fetch: fetchAt(issuers) })).fetch
}
