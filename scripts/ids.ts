/**
 * Asserts that every id cited in the repository has a row in docs/requirements.md, docs/attacks.md or docs/decisions.md,
 * that links to rows of these pages lead somewhere, that a test title carries every id that is not left out in
 * docs/requirements-status.json, and that nothing cites a page that is not in the repository.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CatalogueFile, readDecisions, readIds } from './catalogue.ts'
import { idsOf, root } from './test-report.ts'

const places = ['packages', 'examples', 'test-vectors', 'scripts', 'bench', 'docs']
const pages = ['requirements.md', 'attacks.md', 'decisions.md']
const sources: Readonly<Record<string, readonly CatalogueFile[]>> = {
  'requirements.md': ['requirements.txt', 'other-roles.txt'],
  'attacks.md': ['attacks.txt', 'properties.txt'],
}
const families =
  'SIG|KEY|JWT|AGENT|PERS|AUTH|RT|CHAL|MISS|CLASS|REV|JWKS|META|REPLAY|ACCESS|CAP|DEFER|INT|ERR|R11|PS11|AS11|A'
const citation = new RegExp(
  `(?<![\\w%+/=-])(?:(?:${families})-\\d+|[A-Q]\\d\\d|D\\d|X\\d{1,2}|P\\d)(?![\\w+/=-])`,
  'g',
)
const link = /(requirements|attacks|decisions)\.md#([\w-]+)/g
/** Names of notes that only authors had, followed by a part of them. */
const absent =
  /\b(?:matrix|digest|architecture|security|house|words|fleet|seeing|managed|reach|anchors|faults|since-draft-11) (?:§|Part |Annex |(?:[A-Z]+-?|R11-)\d)|\bspec\/\w+\.md/g

const faults: string[] = []
const anchors = new Map(pages.map((page) => [page, anchorsOf(page)] as const))
const targets = new Set([...anchors.values()].flatMap((found) => [...found]))
const files = [
  ...places.flatMap((place) => filesIn(place)),
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
]

for (const [page, names] of Object.entries(sources)) {
  const missing = names.flatMap(readIds).filter((id) => !anchors.get(page)?.has(id.toLowerCase()))
  report(`docs/${page} is stale: run the whole suite and "npx pnpm@12 requirements"; it lacks`, missing)
}

const carried = new Set<string>()
let citations = 0
for (const file of files) {
  const raw = readFileSync(join(root, file), 'utf8')
  if (file.endsWith('.json')) {
    const { ids = [] } = JSON.parse(raw) as { readonly ids?: readonly string[] }
    for (const id of ids) carried.add(id)
    continue
  }
  // A comment wraps in the middle of a citation.
  const text = raw.replace(/\n\s*(?:\*(?!\/)|\/\/)\s*/g, ' ')
  if (/\/(?:test|cases)\/|\.test\.ts$/.test(file)) for (const id of idsOf(text)) carried.add(id)
  const cited = [...text.matchAll(citation)].map(([id]) => id)
  citations += cited.length
  report(
    `${file} cites ids that no page explains`,
    cited.filter((id) => !targets.has(id.toLowerCase())),
  )
  const links = [...text.matchAll(link)]
  const lost = links.filter(([, page = '', anchor = '']) => !anchors.get(`${page}.md`)?.has(anchor))
  report(
    `${file} links to rows that do not exist`,
    lost.map(([text]) => text),
  )
  report(
    `${file} cites pages that are not in the repository`,
    [...text.matchAll(absent)].map(([text]) => text),
  )
}

const leftOut = new Set(readDecisions().flatMap(({ ids }) => ids))
const listed = [...readIds('requirements.txt'), ...readIds('attacks.txt')]
report(
  'no test title carries these ids, and docs/requirements-status.json does not leave them out',
  listed.filter((id) => !carried.has(id) && !leftOut.has(id)),
)

for (const fault of faults) console.error(`ids: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(`ids: ${citations} citations lead to one of ${targets.size} rows`)

function report(what: string, found: readonly string[]): void {
  if (found.length > 0) faults.push(`${what}: ${[...new Set(found)].join(', ')}`)
}

function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  return new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, anchor = '']) => anchor))
}

/** What people wrote: sources, prose, data of the pages and test vectors. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`
    if (entry.isDirectory()) return /^(?:node_modules|dist)$/.test(entry.name) ? [] : filesIn(file)
    const isRead = /\.(?:ts|mjs|js|md)$/.test(file) || /^(?:docs\/.+\.txt|test-vectors\/.+\.json)$/.test(file)
    // What a program wrote has short names that look like ids.
    return entry.isFile() && isRead && entry.name !== 'generated.ts' ? [file] : []
  })
}
