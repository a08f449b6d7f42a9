import { resolve } from 'node:path'
import { createResource } from '@aauth-guard/core'
import { itKeepsNotes } from '../notes-behaviour.ts'
import { notesApi, options } from './app.ts'

itKeepsNotes(
  options.issuer,
  (net) => {
    const app = notesApi(createResource({ ...options, fetch: net.fetch, now: net.clock.now }))
    app.silent = true
    return net.listen(app.callback())
  },
  resolve(import.meta.dirname, 'app.ts'),
)
