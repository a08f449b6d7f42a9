/**
 * `node examples/hono/main.ts` serves the notes; `curl -i http://127.0.0.1:3000/notes` shows what an agent without
 * credential is told.
 */
import { createResource } from '@aauth-guard/core'
import { serve } from '@hono/node-server'
import { notesApi, options } from './app.ts'

const { fetch } = notesApi(createResource(options))
serve({ fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
)
