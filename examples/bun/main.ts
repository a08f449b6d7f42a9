/** `bun examples/bun/main.ts` serves the notes; `curl -i http://127.0.0.1:3000/notes` shows what an agent without credential is told. */
import { createResource } from '@aauth-guard/core'
import { options } from '../fetch-notes.ts'
import { serveNotes } from './app.ts'

console.log(`http://127.0.0.1:${await serveNotes(createResource(options), 3000)}`)
