import { join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

const coreSource = resolve(import.meta.dirname, '../core/src')
const fixtures = resolve(import.meta.dirname, '../fixtures')

/** The fixtures of tests are in every bundle, since they are never published. */
const withFixtures: Plugin = {
  name: 'fixtures',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@aauth-guard\/fixtures\// }, ({ path }) => ({
      path: join(fixtures, `${path.slice('@aauth-guard/fixtures/'.length)}.ts`),
    }))
  },
}

/**
 * The hosts for runtimes that resolve packages themselves: one file each, which imports the packages by name. What
 * no package exports is taken from the built file beside those that are.
 */
export async function bundleHosts(folder: string, hosts: readonly string[]): Promise<void> {
  await build({
    entryPoints: hosts.map((host) => join(import.meta.dirname, `hosts/${host}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    plugins: [
      withFixtures,
      {
        name: 'built core',
        setup: (setup) => builtCore(setup, './node_modules/@aauth-guard/core/dist', true),
      },
    ],
  })
}

/** One file for workerd, with the packages in it, resolved in `folder` by the conditions of that runtime. */
export async function bundleWorker(folder: string, source: string, name: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: join(folder, name),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    external: ['node:*'],
    plugins: [
      withFixtures,
      {
        name: 'built packages',
        setup: (setup) => {
          builtCore(setup, join(folder, 'node_modules/@aauth-guard/core/dist'), false)
          setup.onResolve({ filter: /^(?:@aauth-guard\/|hono(?:\/|$))/ }, ({ path, kind, resolveDir }) =>
            resolveDir.startsWith(folder) || kind === 'entry-point'
              ? undefined
              : setup.resolve(path, { kind, resolveDir: folder }),
          )
        },
      },
    ],
  })
}

function builtCore(setup: Parameters<Plugin['setup']>[0], dist: string, external: boolean): void {
  setup.onResolve({ filter: /^\..*\/core\/src\/.*\.ts$/ }, ({ path, resolveDir }) => {
    const file = resolve(resolveDir, path)
    if (!file.startsWith(coreSource)) return undefined
    const built = `${dist}${file.slice(coreSource.length).replace(/\.ts$/, '.js')}`
    // Node alone loads it; what it imports must not reach a Worker.
    return { path: built, external: external || built.endsWith('/platform/egress.js') }
  })
}
