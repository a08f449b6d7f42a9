/**
 * Every error code has a section on the page of errors that says its status and its sentence, and every section is a
 * code; links between Markdown files lead to a heading that is there; the index of `docs/` leads to every page.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type AAuthErrorCode, isErrorCode, rowOf } from '../packages/core/src/errors/error-codes.ts'
import { anchorsOf, linksOf, titlesOf } from './markdown.ts'
import { repositoryFiles, root } from './repository-files.ts'

const errorsPage = 'docs/reference/errors.md'
const codesFile = 'packages/core/src/errors/error-codes.ts'
const index = 'docs/README.md'
/** Pages of `docs/` that people read; the folder of the generated reference is listed by its own index. */
const pages = /^docs\/(?:start|how-to|operate|reference|explain)\/[^/]+\.md$/

const faults: string[] = []
const markdown = repositoryFiles().filter((file) => file.endsWith('.md'))
const codes = checkErrors()
const links = checkLinks()
checkIndex()

for (const fault of faults) console.error(`docs-check: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(
  `docs-check: ${codes} error codes have their sections, ${links} links lead to a page or a heading`,
)

function checkErrors(): number {
  const page = read(errorsPage)
  const [union = ''] = read(codesFile).split('export type RequirementName')
  const wanted = [...union.matchAll(/^ {2}\| '([a-z_]+)'$/gm)].map(([, code = '']) => code)
  const written = titlesOf(page, 3)
  for (const code of wanted) {
    if (!isErrorCode(code)) faults.push(`${codesFile} names ${code}, which has no status`)
    else if (!written.includes(code)) faults.push(`${errorsPage} has no section "${code}"`)
    else checkSection(page, code)
  }
  for (const title of written)
    if (!wanted.includes(title)) faults.push(`${errorsPage} has a section "${title}", which is not a code`)
  return wanted.length
}

/** A section begins with the status and the sentence that callers get. */
function checkSection(page: string, code: AAuthErrorCode): void {
  const { status, detail } = rowOf(code, {})
  if (!page.includes(`\n### ${code}\n\n**${status}** · ${detail}\n`))
    faults.push(`${errorsPage}: the section "${code}" must begin with "**${status}** · ${detail}"`)
}

function checkLinks(): number {
  let count = 0
  const anchors = new Map<string, ReadonlySet<string>>()
  for (const page of markdown) {
    for (const link of linksOf(read(page))) {
      if (/^[a-z]+:/.test(link)) continue
      count += 1
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : normalize(join(dirname(page), path))
      if (!existsSync(join(root, target))) faults.push(`${page} links to ${link}: ${target} is not there`)
      else if (anchor !== undefined && target.endsWith('.md')) {
        const there = anchors.get(target) ?? anchorsOf(read(target))
        anchors.set(target, there)
        if (!there.has(anchor)) faults.push(`${page} links to ${link}: ${target} has no such heading`)
      }
    }
  }
  return count
}

function checkIndex(): void {
  const linked = linksOf(read(index)).map((link) => normalize(join(dirname(index), link.split('#')[0] ?? '')))
  for (const page of markdown)
    if (pages.test(page) && !linked.includes(page)) faults.push(`${index} does not link to ${page}`)
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
