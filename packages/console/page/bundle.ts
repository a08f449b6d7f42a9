/** Makes the assets of the page from its sources. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

export type Assets = Readonly<Record<string, { readonly type: string; readonly body: string }>>

const folder = import.meta.dirname
/** Browsers that know `light-dark()`. */
const target = ['chrome123', 'firefox120', 'safari17.5']

export async function bundle(): Promise<Assets> {
  const { outputFiles } = await build({
    entryPoints: { app: join(folder, 'main.ts'), style: join(folder, 'styles/app.css') },
    bundle: true,
    minify: true,
    format: 'esm',
    target,
    charset: 'utf8',
    // The notices are in notices.txt.
    legalComments: 'none',
    outdir: folder,
    write: false,
  })
  const textOf = (name: string): string => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? ''
  return {
    'index.html': {
      type: 'text/html; charset=utf-8',
      body: readFileSync(join(folder, 'index.html'), 'utf8'),
    },
    'app.js': { type: 'text/javascript; charset=utf-8', body: textOf('app.js') },
    'app.css': { type: 'text/css; charset=utf-8', body: textOf('style.css') },
    'notices.txt': { type: 'text/plain; charset=utf-8', body: notices() },
  }
}

/** The licences of what is in `app.js`. */
function notices(): string {
  const libraries = { lit: 'LICENSE', uplot: 'LICENSE' }
  return Object.entries(libraries)
    .map(
      ([name, file]) =>
        `${name}\n\n${readFileSync(join(folder, '../node_modules', name, file), 'utf8').trim()}\n`,
    )
    .join('\n')
}
