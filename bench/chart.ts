/**
 * Draws `docs/speed.svg` from the results in `bench/results`: the speed of a request against one raw signature check.
 * With `--check` it compares instead, octet for octet.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../scripts/repository-files.ts'
import type { Figure, Results } from './figures.ts'

const path = 'docs/speed.svg'
const folder = join(root, 'bench/results')

interface Wanted {
  readonly label: string
  readonly table: string
  /** How the name of the figure begins. */
  readonly name: string
  /** The speed that is wanted at least. */
  readonly mark?: number
}

/** The bars, from top to bottom. A bar without a figure in the results is left out. */
const wanted: readonly Wanted[] = [
  { label: 'One signature check by Node', table: 'Ed25519, 1 in flight', name: 'crypto.verify, in place' },
  { label: 'Token seen before', table: 'Ed25519, 1 in flight', name: 'hot: token', mark: 0.94 },
  {
    label: 'Token seen before, with sodium-native',
    table: 'Ed25519, 1 in flight',
    name: 'hot with sodium-native',
    mark: 2,
  },
  {
    label: 'Token seen before, 16 in flight',
    table: 'Ed25519, 16 in flight',
    name: 'hot: token',
    mark: 1.75,
  },
  { label: 'Token never seen', table: 'Ed25519, 1 in flight', name: 'cold', mark: 0.42 },
  { label: 'Nearest other library', table: 'Ed25519, 1 in flight', name: 'peer' },
]

const width = 480
const margin = 24
const top = 96
const rowHeight = 50
const barHeight = 14

const all = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Results)
const requests = all.find(({ bench }) => bench === 'requests')
if (requests === undefined)
  throw new Error('chart: no results of requests: run npx pnpm@12 bench --json bench/results/requests.json')
const figures = all.flatMap((results) => results.figures)
const bars = wanted.flatMap((one) => {
  const ratio = figures.find((figure) => isOf(figure, one))?.ratio
  return ratio === undefined ? [] : [{ ...one, ratio }]
})
const scale = 1.04 * Math.max(1.2, ...bars.flatMap(({ ratio, mark = 0 }) => [ratio, mark]))
const bottom = top + bars.length * rowHeight
const height = bottom + 66

const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="600" height="${(height * 600) / width}" role="img" aria-labelledby="title description">
<title id="title">Speed of verification against one raw signature check</title>
<desc id="description">${description()}</desc>
<style>
${style()}
</style>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="12"/>
<text class="heading" x="${margin}" y="40">Requests verified in the time of</text>
<text class="heading" x="${margin}" y="64">one raw signature check</text>
${bars.map(barOf).join('\n')}
<path class="mark" d="M${margin + 2} ${bottom + 12}v14"/>
<text class="note" x="${margin + 12}" y="${bottom + 24}">wanted at least</text>
<path class="one" d="M${margin + 130} ${bottom + 12}v14"/>
<text class="note" x="${margin + 140}" y="${bottom + 24}">the raw check</text>
<text class="note" x="${margin}" y="${bottom + 48}">Ed25519. ${requests.runtime}, ${requests.machine}.</text>
</svg>
`

if (!process.argv.includes('--check')) {
  writeFileSync(join(root, path), picture)
  console.log(`chart: ${path} is written`)
} else if (readFileSync(join(root, path), 'utf8') === picture) {
  console.log(`chart: ${path} is up to date`)
} else {
  console.error(`chart: ${path} is not what bench/results says: run npx pnpm@12 bench:chart`)
  process.exitCode = 1
}

function isOf({ table, name }: Figure, one: Wanted): boolean {
  return table === one.table && name.startsWith(one.name)
}

/** A label with its figure, and the bar below it. */
function barOf({ label, ratio, mark, name }: Wanted & { readonly ratio: number }, place: number): string {
  const y = top + place * rowHeight
  const bar = y + 20
  const kind = name.startsWith('crypto.verify') ? 'raw' : name === 'peer' ? 'peer' : 'ours'
  // Beside the bars alone, where no text is.
  const one = `<path class="one" d="M${xOf(1)} ${bar - 2}v${barHeight + 4}"/>`
  const tick =
    mark === undefined ? '' : `\n<path class="mark" d="M${xOf(mark)} ${bar - 4}v${barHeight + 8}"/>`
  return `<text class="label" x="${margin}" y="${y + 12}">${label}</text>
<text class="value" x="${width - margin}" y="${y + 12}">${ratio.toFixed(2)}</text>
<rect class="${kind}" x="${margin}" y="${bar}" width="${xOf(ratio) - margin}" height="${barHeight}" rx="3"/>
${one}${tick}`
}

function xOf(ratio: number): number {
  return Math.round(margin + (ratio / scale) * (width - 2 * margin))
}

function description(): string {
  return bars
    .map(({ label, ratio, mark }) => {
      const least = mark === undefined ? '' : `, wanted at least ${mark.toFixed(2)}`
      return `${label}: ${ratio.toFixed(2)}${least}.`
    })
    .join(' ')
}

function style(): string {
  return `svg { --page: #ffffff; --edge: #d8dee4; --ink: #1f2328; --soft: #59636e; --line: #8c959f; --ours: #3b5bdb; --raw: #8c959f; --peer: #c5ced8; --mark: #b35900 }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --edge: #30363d; --ink: #e6edf3; --soft: #9aa4af; --line: #6e7681; --ours: #748ffc; --raw: #8b949e; --peer: #4b5563; --mark: #ffb454 } }
text { font: 15px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink) }
.heading { font-size: 19px; font-weight: 600 }
.value { font-weight: 600; text-anchor: end; font-variant-numeric: tabular-nums }
.note { font-size: 13.5px; fill: var(--soft) }
.page { fill: var(--page); stroke: var(--edge) }
.one { fill: none; stroke: var(--line); stroke-width: 1.5 }
.raw { fill: var(--raw) }
.ours { fill: var(--ours) }
.peer { fill: var(--peer) }
.mark { fill: none; stroke: var(--mark); stroke-width: 3 }`
}
