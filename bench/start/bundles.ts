import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Figure } from '../figures.ts'
import { entries, workers } from './programs.ts'

const frameworks = ['express', 'koa', 'fastify', 'hono']
const forNode = { platform: 'node', conditions: ['node'] } as const
const forWorkers = { platform: 'neutral', conditions: ['workerd', 'worker', 'browser'] } as const

interface Bundled {
  readonly code: Uint8Array
  /** Modules that ended up in it. */
  readonly modules: number
}

/** Octets and modules of each entry with everything that it depends on, but without its framework. */
export async function measureBundles(folder: string): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const entry of entries)
    figures.push(...figuresOf('bundles for Node', entry, await bundle(folder, entry, forNode, frameworks)))
  const core = await bundle(folder, '@aauth-guard/core', forWorkers, [])
  figures.push(...figuresOf('bundles for Workers', '@aauth-guard/core', core))
  for (const [name, source] of Object.entries(workers)) {
    const bundled = await bundle(folder, `./${source}`, forWorkers, [])
    writeFileSync(join(folder, `${name}.js`), bundled.code)
    figures.push(
      ...figuresOf('bundles for Workers', name === 'plain' ? 'hono alone' : 'hono and a guard', bundled),
    )
  }
  return figures
}

async function bundle(
  folder: string,
  entry: string,
  target: typeof forNode | typeof forWorkers,
  external: readonly string[],
): Promise<Bundled> {
  mkdirSync(folder, { recursive: true })
  const { outputFiles, metafile } = await build({
    stdin: { contents: contentsFor(entry), resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    mainFields: ['module', 'main'],
    external: ['node:*', ...external],
    metafile: true,
    write: false,
    platform: target.platform,
    conditions: [...target.conditions],
  })
  return {
    code: outputFiles[0]?.contents ?? new Uint8Array(),
    modules: Object.keys(metafile.inputs).length - 1,
  }
}

/** A Worker has a default export; of a package everything is kept. */
function contentsFor(entry: string): string {
  return entry.startsWith('./') ? `export { default } from '${entry}'` : `export * from '${entry}'`
}

function figuresOf(table: string, name: string, { code, modules }: Bundled): Figure[] {
  const figure = (what: string, unit: string, median: number): Figure => ({
    table,
    name: `${name}: ${what}`,
    unit,
    median,
    better: 'lower',
  })
  return [
    figure('minified', 'octets', code.length),
    figure('gzip', 'octets', gzipSync(code).length),
    figure('Brotli', 'octets', brotliCompressSync(code).length),
    figure('modules', 'modules', modules),
  ]
}
