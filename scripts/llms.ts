/**
 * Makes `llms.txt`, the index of the documentation for programs that read it (https://llmstxt.org), and
 * `llms-full.txt`, all pages of the index in one file, from `docs/README.md` and the pages that it lists. With `--check`
 * it compares instead.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { linksOf } from './markdown.ts'
import { root } from './repository-files.ts'

const index = 'docs/README.md'
/** Tables of ids with the tests that prove them, and the declarations of every export: too long to read whole. */
const leftOut = /^docs\/(?:requirements|attacks|decisions)\.md$|^docs\/reference\/api\//
const check = process.argv.includes('--check')

const wanted = { 'llms.txt': summary(), 'llms-full.txt': everything() }
let faults = 0
for (const [file, text] of Object.entries(wanted)) {
  const path = join(root, file)
  if (!check) writeFileSync(path, text)
  else if (readOrNothing(path) !== text) {
    faults += 1
    console.error(`llms: ${file} is not what the pages say: run npx pnpm@12 pages`)
  }
}
if (faults > 0) process.exit(1)
console.log(`llms: ${Object.keys(wanted).join(' and ')} ${check ? 'are as the pages say' : 'written'}`)

/** The index with links that begin at the root, and its first paragraph as the summary. */
function summary(): string {
  return fromRoot(index, read(index)).replace(/^(# .+\n\n)(.+)$/m, '$1> $2')
}

function everything(): string {
  const listed = linksOf(read(index)).map((link) => normalize(join(dirname(index), link.split('#')[0] ?? '')))
  const pages = [...new Set(listed)].filter((page) => page.endsWith('.md') && !leftOut.test(page))
  return pages.map((page) => `<!-- ${page} -->\n\n${fromRoot(page, read(page))}`).join('\n')
}

function fromRoot(page: string, text: string): string {
  return text.replace(
    /\]\((?![a-z]+:|#)([^)\s]+)\)/g,
    (_, link: string) => `](${normalize(join(dirname(page), link))})`,
  )
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
