import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe } from 'vitest'
import { copyExample, resourceOfTests, runTool, startServer } from '../copied-app.ts'
import { itServesNotes } from '../started-notes.ts'

const modules = resolve(import.meta.dirname, '../../node_modules')
const names = ['@aauth-guard', '@sveltejs', 'svelte', 'vite']
const linked = Object.fromEntries(names.map((name) => [name, join(modules, name)]))

// SvelteKit redirects to the path without the slash.
describe('the notes of examples/sveltekit', () =>
  itServesNotes(
    async (origins) => {
      const folder = copyExample('sveltekit', linked)
      writeFileSync(join(folder, 'src/lib/resource.ts'), resourceOfTests)
      await runTool(folder, [join(modules, 'vite/bin/vite.js'), 'build'])
      return startServer(folder, () => ['build'], { ISSUERS: JSON.stringify(origins) })
    },
    { '/notes/': 308 },
  ))
