/**
 * Begins a release: changesets sets the one version of all packages, and their texts become a section of CHANGELOG.md.
 * The argument is the root of the repository, if it is not this one.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

/** One file of `.changeset`. */
interface Change {
  readonly bump: string
  readonly packages: readonly string[]
  readonly text: string
}

const headings = { major: 'Major changes', minor: 'Minor changes', patch: 'Patch changes' } as const
const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'))
const folder = join(root, '.changeset')

const changes = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .sort()
  .map((name) => parse(name, readFileSync(join(folder, name), 'utf8')))
if (changes.length === 0) {
  console.error('version: .changeset holds no change: add one with npx pnpm@12 changeset')
  process.exit(1)
}

const changesets = createRequire(import.meta.url).resolve('@changesets/cli/bin.js')
execFileSync(process.execPath, [changesets, 'version'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as {
  version: string
}
const changelog = join(root, 'CHANGELOG.md')
const [title = '', ...sections] = readFileSync(changelog, 'utf8').split(/\n(?=## )/)
writeFileSync(changelog, [title, sectionOf(version), ...sections].join('\n'))
console.log(`version: ${version} in every package and in CHANGELOG.md`)

function parse(name: string, content: string): Change {
  const [, head, text] = /^---\n([\s\S]*?)\n?---\n([\s\S]*)$/.exec(content) ?? []
  const rows = [...(head ?? '').matchAll(/^['"]?@aauth-guard\/([\w-]+)['"]?: *(major|minor|patch)$/gm)]
  const bump = Object.keys(headings).find((one) => rows.some((row) => row[2] === one))
  if (bump === undefined || text === undefined || text.trim() === '') {
    console.error(
      `version: .changeset/${name} does not name a package or says nothing: see .changeset/README.md`,
    )
    process.exit(1)
  }
  return { bump, packages: rows.map((row) => row[1] as string).sort(), text: text.trim() }
}

function sectionOf(version: string): string {
  const lines = [`## ${version}`, '']
  for (const [bump, heading] of Object.entries(headings)) {
    const chosen = changes.filter((change) => change.bump === bump)
    if (chosen.length === 0) continue
    lines.push(`### ${heading}`, '')
    for (const { packages, text } of chosen)
      lines.push(`- ${packages.map((name) => `**${name}**`).join(', ')}: ${text.replaceAll('\n', '\n  ')}`)
    lines.push('')
  }
  return lines.join('\n')
}
