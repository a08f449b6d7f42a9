/**
 * Asserts the order of layers, that no imports run in circles (types counted), that portable code has no `node:` import,
 * that adapters import public names only, that no test folder is imported from elsewhere, and that neither published
 * sources nor examples import the fixtures of tests.
 */
import { dirname, join, relative, resolve } from 'node:path'
import { importsIn, layerOf, orders, sources, specifiersOf } from './layer-graph.ts'
import { repositoryFiles, root } from './repository-files.ts'

const nodeFiles = /^(?:node\/|env\/|platform\/(?:node|sodium|egress|public-lookup)$)/
/** Packages that stand on the public names of core: adapters of frameworks, and stores. */
const adapters = [
  'express',
  'koa',
  'fastify',
  'hono',
  'nestjs',
  'nextjs',
  'mcp',
  'gateway',
  'redis',
  'postgres',
  'console',
  'opentelemetry',
]
const publicSubpaths = /^@aauth-guard\/core(?:\/(?:adapter|assertion|dev|fetch|missions|node))?$/
const protocolLibraries = /^(?:jose(?:\/.*)?|structured-headers|lru-cache|@noble\/.*)$/

const faults: string[] = []
for (const [folder, order] of Object.entries(orders)) {
  const rankOf = new Map(order.flatMap((row, rank) => row.split(' ').map((layer) => [layer, rank] as const)))
  const graph = importsIn(join(root, folder))
  for (const [file, targets] of graph) {
    const layer = layerOf(file)
    if (!rankOf.has(layer)) faults.push(`${folder}/${file}.ts is in no layer: add "${layer}" to the order`)
    for (const target of targets) {
      const other = layerOf(target)
      if (other !== layer && (rankOf.get(other) ?? 0) >= (rankOf.get(layer) ?? 0))
        faults.push(`${file} imports ${target}, which is not in a layer before it`)
    }
  }
  for (const circle of circlesIn(graph)) faults.push(`${folder} has a circle: ${circle.join(' → ')}`)
}

const core = join(root, 'packages/core/src')
for (const file of sources(core)) {
  const name = relative(core, file).replace(/\.ts$/, '')
  for (const specifier of specifiersOf(file)) {
    if (specifier.startsWith('node:') && !nodeFiles.test(name)) faults.push(`${name} imports ${specifier}`)
    if (/\/platform\/(?!platform\.ts$|self-test\.ts$)/.test(specifier) && layerOf(name) !== 'platform')
      faults.push(`${name} reaches past the platform interface to ${specifier}`)
  }
}
for (const adapter of adapters) {
  for (const file of sources(join(root, 'packages', adapter, 'src'))) {
    for (const specifier of specifiersOf(file)) {
      const isInternal = specifier.startsWith('@aauth-guard/core') && !publicSubpaths.test(specifier)
      if (isInternal || protocolLibraries.test(specifier) || specifier.includes('core/src'))
        faults.push(`${relative(root, file)} imports ${specifier}: an adapter holds no protocol logic`)
    }
  }
}

for (const file of repositoryFiles().filter((path) => path.endsWith('.ts'))) {
  for (const specifier of specifiersOf(join(root, file))) {
    const target = targetOf(file, specifier)
    const [, tested] = /^packages\/([^/]+)\/test\//.exec(target) ?? []
    if (tested !== undefined && !file.startsWith(`packages/${tested}/`))
      faults.push(`${file} imports ${specifier}: move what several packages test with to packages/fixtures`)
    if (/^packages\/fixtures(?:\/|$)/.test(target) && /^(?:packages\/[^/]+\/src|examples)\//.test(file))
      faults.push(`${file} imports ${specifier}, which is for tests of this repository and never published`)
  }
}

for (const fault of faults) console.error(`layers: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('layers: every import goes the way it should, and none runs in a circle')

/** What a file imports, as a path in this repository where it is in one of its packages. */
function targetOf(file: string, specifier: string): string {
  return specifier.startsWith('.')
    ? relative(root, resolve(root, dirname(file), specifier))
    : specifier.replace(/^@aauth-guard\//, 'packages/')
}

/** Every circle once, from its first file on: a depth-first walk that meets a file it is still inside of. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start !== -1) circles.push([...path.slice(start), file])
    if (start !== -1 || done.has(file)) return
    for (const target of graph.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return circles
}
