/**
 * Every path that a Markdown file names in backticks, in a command or in a link is there: a guide that names files which
 * have moved sends people astray.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { repositoryFiles, root } from './repository-files.ts'

const files = repositoryFiles()
const names = new Set(files.map((file) => basename(file)))
/** From where paths are written, beside the folder of the page. */
const bases = [
  '',
  'packages',
  'packages/core/src',
  'packages/core/test',
  'packages/core',
  'packages/testing/src',
]
const folders = new Set(bases.flatMap((base) => foldersIn(join(root, base))))
/** The changelog tells of files as they were, and `requirements --check` looks at the pages that it generates. */
const others = ['CHANGELOG.md', 'docs/requirements.md', 'docs/attacks.md']
const isFileName = /\.(?:ts|js|json|md|txt|yml|yaml)$/

const faults: string[] = []
let count = 0
for (const page of files.filter(isGuide)) {
  const text = readFileSync(join(root, page), 'utf8')
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, lines = '']) =>
    lines.split('\n'),
  )
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  for (const path of new Set(pathsIn([...spans, ...commands]))) {
    count += 1
    if (!isThere(path, dirname(page))) faults.push(`${page} names ${path}, which is not there`)
  }
  for (const [, link = ''] of prose.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
    count += 1
    if (!existsSync(join(root, dirname(page), link)))
      faults.push(`${page} links to ${link}, which is not there`)
  }
}

for (const fault of faults) console.error(`doc-paths: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(`doc-paths: ${count} paths in Markdown files, all of them there`)

/** Words that are file names of sources, or begin with a folder of the repository. */
function pathsIn(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(' '))
    .map((word) => word.replace(/[#:].*$/, ''))
    .filter((word) => {
      if (!/^[\w.*{},-]+(?:\/[\w.*{},-]+)*\/?$/.test(word) || word.startsWith('..')) return false
      if (!word.includes('/')) return word.endsWith('.ts')
      return folders.has(word.split('/')[0] as string) && (word.endsWith('/') || isPath(word))
    })
}

/** Not a list of words such as `issuer/audience`, whose first one is by chance a folder too. */
function isPath(word: string): boolean {
  return isFileName.test(word) || existsSync(join(root, word.split('/')[0] as string))
}

function isThere(path: string, page: string): boolean {
  if (!path.includes('/')) return names.has(path)
  return [page, ...bases].some((base) =>
    /[*{]/.test(path) ? files.some(matching(join(base, path))) : existsSync(join(root, base, path)),
  )
}

/** Whether a file, or a folder of it, is one of a pattern such as `packages/{koa,hono}/test/*.test.ts`. */
function matching(pattern: string): (file: string) => boolean {
  const source = pattern
    .replace(/[.+?^$()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(',', '|')})`)
  const whole = new RegExp(`^${source}(?:/|$)`)
  return (file) => whole.test(file)
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => entry.name)
}

function isGuide(file: string): boolean {
  return file.endsWith('.md') && !others.includes(file)
}
