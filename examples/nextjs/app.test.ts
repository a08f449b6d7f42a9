import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe } from 'vitest'
import { copyExample, resourceOfTests, runTool, startServer, stripTypes } from '../copied-app.ts'
import { itServesNotes } from '../started-notes.ts'

const nextjs = resolve(import.meta.dirname, '../../packages/nextjs')
const modules = join(nextjs, 'node_modules')
const next = join(modules, 'next/dist/bin/next')
const linked = {
  '@aauth-guard/core': join(modules, '@aauth-guard/core'),
  '@aauth-guard/nextjs': nextjs,
  next: join(modules, 'next'),
  react: join(modules, 'react'),
  'react-dom': join(modules, 'react-dom'),
}

// Next.js redirects to the path that it routes, and answers paths without a route.
const byHost = { '/other': 404, '/notes/': 308, '//notes': 308, '/NOTES': 404 }

describe('the notes of examples/nextjs', () =>
  itServesNotes(async (origins) => {
    const folder = copyExample('nextjs', linked)
    writeFileSync(join(folder, 'lib/resource.ts'), resourceOfTests)
    // The packages are outside of the folder that is built.
    writeFileSync(join(folder, 'next.config.js'), "export default { turbopack: { root: '/' } }\n")
    stripTypes(folder)
    await runTool(folder, [next, 'build'])
    const issuers = { ISSUERS: JSON.stringify(origins) }
    const url = await startServer(folder, (port) => [next, 'start', '-H', '127.0.0.1', '-p', port], issuers)
    // The first requests are not yet checked as they were received.
    await fetch(`${url}/aauth/jwks.json`)
    return url
  }, byHost))
