/** The order of the layers of each package, and the imports that its sources have. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Folders and files of a package, each row importing only from rows above it; those of one row do not import each other. */
export const orders = {
  'packages/core/src': [
    'wire',
    'assert',
    'errors',
    'limits',
    'stores platform',
    'signature token',
    'events',
    'keys',
    'resource exchange',
    'verify',
    'issue',
    'authorize',
    'routes',
    'missions managed authzen assertion fetch node dev',
    'env',
    'adapter index',
  ],
  'packages/testing/src': ['signing', 'world', 'issuer', 'endpoints agent', 'network store-checks', 'index'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The folder in `src` that a file is in, or its own name where it is in none. */
export function layerOf(file: string): string {
  return file.split('/')[0] as string
}

/** File → the files of the same package that it imports, types included. */
export function importsIn(folder: string): Map<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>()
  const aliases = aliasesOf(folder)
  const nameOf = (path: string): string => relative(folder, path).replace(/\.ts$/, '')
  for (const file of sources(folder)) {
    const targets = specifiersOf(file).flatMap((specifier) =>
      specifier.startsWith('.') ? [resolve(dirname(file), specifier)] : (aliases.get(specifier) ?? []),
    )
    graph.set(nameOf(file), targets.map(nameOf))
  }
  return graph
}

/** What the package calls by a name of its own, such as `#platform`: every file that the name can stand for. */
function aliasesOf(folder: string): ReadonlyMap<string, readonly string[]> {
  const { imports = {} } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as {
    readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
  return new Map(
    Object.entries(imports).map(([name, byRuntime]) => [
      name,
      [...new Set(Object.values(byRuntime))].map((path) => join(folder, '..', path)),
    ]),
  )
}

/** The TypeScript files in a folder and below; none where it is not there. */
export function sources(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name))
}

/** Everything that a file imports or exports from elsewhere, as it is written there. */
export function specifiersOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string)
}
