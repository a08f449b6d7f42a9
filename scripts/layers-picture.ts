/**
 * Draws the layers of core from its imports as `docs/layers.svg`: a band for each layer, and beside the bands which layer
 * imports which. With `--check` it compares instead, octet for octet.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsIn, layerOf, orders } from './layer-graph.ts'
import { root } from './repository-files.ts'

const folder = 'packages/core/src'
const path = 'docs/layers.svg'

/** What each layer holds, as the picture says it. */
const contents: Readonly<Record<string, string>> = {
  wire: 'targets, dictionaries, base64url, as text',
  assert: 'checks of options',
  errors: 'refusals, and the answers they become',
  limits: 'deadlines, rates, shares, caches',
  stores: 'contracts of stores, and those in memory',
  platform: 'cryptography and egress, by runtime',
  signature: 'RFC 9421: coverage, freshness, base',
  token: 'JWTs, claims, generations, Auth',
  events: 'what listeners are told',
  keys: 'keys of issuers, verified tokens',
  resource: 'options, trust, requirements, state',
  exchange: 'checks of resource tokens',
  verify: 'from a request to what is verified',
  issue: 'resource tokens and challenges',
  authorize: 'the decision, and its event',
  routes: 'metadata, keys, its own endpoints',
  missions: 'status of missions, grants',
  managed: 'sealing, owners, codes, records',
  authzen: 'policy servers',
  assertion: 'the gateway and its upstreams',
  fetch: 'hosts of Request and Response',
  node: 'what frameworks on Node share',
  dev: 'options on a development machine',
  env: 'options of a deployment',
  adapter: 'what only adapters import',
  index: 'what applications import',
}

const rowHeight = 29
const rowGap = 7
const top = 84
const band = { left: 20, width: 452 }
const firstColumn = 497
const columnWidth = 17

const rows = [...orders[folder]].reverse().map((row) => row.split(' ').reverse())
const layers = rows.flat()
const filesOf = new Map(layers.map((layer) => [layer, 0]))
const importsOf = new Map(layers.map((layer) => [layer, new Set<string>()]))
for (const [file, targets] of importsIn(join(root, folder))) {
  const layer = layerOf(file)
  filesOf.set(layer, (filesOf.get(layer) ?? 0) + 1)
  for (const target of targets.map(layerOf)) if (target !== layer) importsOf.get(layer)?.add(target)
}
const entries = new Map(
  Object.entries(readManifest().exports).map(([name, file]) => [
    layerOf(file.replace(/^\.\/src\/|\.ts$/g, '')),
    `core${name.slice(1)}`,
  ]),
)

const centres = new Map<string, number>()
const bands: string[] = []
let bottom = top
for (const row of rows) {
  bands.push(bandOf(row, bottom))
  for (const layer of row) {
    centres.set(layer, bottom + rowHeight / 2)
    bottom += rowHeight
  }
  bottom += rowGap
}
const imported = layers.filter((layer) => importersOf(layer).length > 0).reverse()
const width = 800
const height = bottom + 17

const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">The layers of @aauth-guard/core</title>
<desc id="description">${description()}</desc>
<style>
${style()}
</style>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="12"/>
<text class="heading" x="${band.left}" y="38">The layers of <tspan class="code">@aauth-guard/core</tspan></text>
<text class="note" x="${band.left}" y="63">A layer imports only from layers below it.</text>
<text class="note end" x="${band.left + band.width - 14}" y="63">files</text>
<text class="note end" x="${band.left + band.width - 52}" y="63">imported as</text>
<circle class="dot" cx="${firstColumn}" cy="58.5" r="4.5"/>
<text class="note" x="${firstColumn + 13}" y="63">the layer on the left imports the one below</text>
<text class="note end" x="${width - 20}" y="${bottom - 35}">For example, <tspan class="example">limits</tspan> imports</text>
<text class="note end" x="${width - 20}" y="${bottom - 16}">${exampleOf('limits')}.</text>
${bands.join('\n')}
${layers.map(lineFrom).join('\n')}
${layers.map(dotsOf).filter(Boolean).join('\n')}
</svg>
`

if (!process.argv.includes('--check')) {
  writeFileSync(join(root, path), picture)
  console.log(`layers-picture: ${path} is written`)
} else if (readFileSync(join(root, path), 'utf8') === picture) {
  console.log(`layers-picture: ${path} is up to date`)
} else {
  console.error(`layers-picture: ${path} is not what the imports say: run npx pnpm@12 picture`)
  process.exitCode = 1
}

/** Layers that do not import each other share a frame. */
function bandOf(row: readonly string[], y: number): string {
  const frame = `<rect class="band" x="${band.left}" y="${y}" width="${band.width}" height="${row.length * rowHeight}" rx="7"/>`
  return [frame, ...row.map((layer, place) => lineOf(layer, y + place * rowHeight, place > 0))].join('\n')
}

function lineOf(layer: string, y: number, divided: boolean): string {
  const words = contents[layer]
  if (words === undefined) throw new Error(`layers-picture: say in "contents" what the layer ${layer} holds`)
  const right = band.left + band.width
  const baseline = y + rowHeight / 2 + 4.5
  const divider = divided ? `<path class="divider" d="M${band.left} ${y}H${right}"/>\n` : ''
  const entry = entries.get(layer)
  const shown =
    entry === undefined ? '' : `<text class="entry end" x="${right - 52}" y="${baseline}">${entry}</text>\n`
  return `${divider}<text class="name" x="${band.left + 14}" y="${baseline}">${layer}</text>
<text class="words" x="${band.left + 104}" y="${baseline}">${words}</text>
${shown}<text class="count end" x="${right - 14}" y="${baseline}">${filesOf.get(layer)}</text>`
}

/** From the band to the corner of its column, and up to the highest layer that imports it; or only to its last dot. */
function lineFrom(layer: string): string {
  const [highest] = importersOf(layer)
  const y = yOf(layer)
  if (highest === undefined) {
    const last = Math.max(...[...(importsOf.get(layer) ?? [])].map(xOf))
    return `<path class="line" d="M${band.left + band.width} ${y}H${last}"/>`
  }
  const x = xOf(layer)
  return `<path class="line" d="M${band.left + band.width} ${y}H${x - 6}q6 0 6-6V${yOf(highest)}"/>
<text class="label" x="${x + 9}" y="${y + 4}">${layer}</text>`
}

function dotsOf(layer: string): string {
  return imported
    .filter((target) => importsOf.get(layer)?.has(target))
    .map((target) => `<circle class="dot" cx="${xOf(target)}" cy="${yOf(layer)}" r="4.5"/>`)
    .join('\n')
}

function importersOf(layer: string): string[] {
  return layers.filter((other) => importsOf.get(other)?.has(layer))
}

function xOf(layer: string): number {
  return firstColumn + imported.indexOf(layer) * columnWidth
}

function yOf(layer: string): number {
  return centres.get(layer) as number
}

function exampleOf(layer: string): string {
  const targets = imported.filter((target) => importsOf.get(layer)?.has(target))
  return targets.map((target) => `<tspan class="example">${target}</tspan>`).join(' and ')
}

function description(): string {
  const sentences = [...layers].reverse().map((layer) => {
    const targets = imported.filter((target) => importsOf.get(layer)?.has(target))
    return `${layer} (${contents[layer]}) imports ${targets.join(', ') || 'no other layer'}.`
  })
  return `From the lowest layer to the highest: ${sentences.join(' ')}`
}

function readManifest(): { readonly exports: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(root, folder, '../package.json'), 'utf8'))
}

function style(): string {
  return `svg { --page: #ffffff; --edge: #d8dee4; --band: #f3f6f9; --ink: #1f2328; --soft: #59636e; --line: #c5ced8; --dot: #3b5bdb; --entry: #3b5bdb }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --edge: #30363d; --band: #171d25; --ink: #e6edf3; --soft: #9aa4af; --line: #3a434e; --dot: #91a7ff; --entry: #91a7ff } }
text { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink) }
.heading { font-size: 18px; font-weight: 600 }
.code, .name, .entry { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
.name { font-weight: 600; font-size: 13px }
.entry { fill: var(--entry); font-size: 12px }
.example { fill: var(--ink) }
.words, .count, .note, .label { fill: var(--soft) }
.label { font-size: 11.5px }
.end { text-anchor: end }
.page { fill: var(--page); stroke: var(--edge) }
.band { fill: var(--band); stroke: var(--edge) }
.divider { stroke: var(--edge) }
.line { fill: none; stroke: var(--line); stroke-width: 1.2 }
.dot { fill: var(--dot) }`
}
