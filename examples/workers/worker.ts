/**
 * The notes of `../hono/app.ts` as a Worker; `wrangler dev`, or `workerd serve wrangler.jsonc`, in this folder serves
 * it. A Worker forgets what it holds in memory: notes that are to stay belong into a binding.
 */
import { createResource } from '@aauth-guard/core'
import { notesApi, options } from '../hono/app.ts'

export default notesApi(createResource(options))
