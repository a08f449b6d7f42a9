/**
 * Generates docs/conformance.md from the titles of the tests, which carry the ids they prove in brackets, and from
 * the ids of the test vectors. With `--check` it writes nothing and fails when the file is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const file = join(root, 'docs/conformance.md')
const idPattern = /\b(?:R11-\d{3}|[A-Z]{2,6}-\d{1,2}|X\d{1,2})\b/g
// X is none of the letters of the catalogue, so X10 is no attack of it.
const attackPattern = /\b[A-Q]\d{2}\b/g
const bracketPattern = new RegExp(`\\[((?:(?:${idPattern.source}|${attackPattern.source})[,; ]*)+)\\]`, 'g')

const required = readFileSync(join(root, 'docs/requirements.txt'), 'utf8')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
const proofs = new Map<string, Set<string>>()
const attacks = new Map<string, Set<string>>()

for (const name of testFiles()) {
  const text = readFileSync(join(root, name), 'utf8')
  for (const [, bracket = ''] of text.matchAll(bracketPattern)) {
    for (const [id] of bracket.matchAll(idPattern)) add(proofs, id, name)
    for (const [id] of bracket.matchAll(attackPattern)) add(attacks, id, name)
  }
}

for (const name of vectorFiles()) {
  const { ids } = JSON.parse(readFileSync(join(root, name), 'utf8')) as { ids: readonly string[] }
  for (const id of ids) add(required.includes(id) ? proofs : attacks, id, name)
}

const unknown = [...proofs.keys()].filter((id) => !required.includes(id))
if (unknown.length > 0) {
  console.error(`conformance: tests cite ids that no page defines: ${unknown.join(', ')}`)
  process.exit(1)
}

const text = render()
if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
  console.log(`conformance: ${proofs.size} of ${required.length} requirements have a test`)
} else if (readCurrent() !== text) {
  console.error('conformance: docs/conformance.md is stale; run npx pnpm@12 conformance')
  process.exit(1)
} else {
  console.log('conformance: docs/conformance.md is up to date')
}

function render(): string {
  const open = required.filter((id) => !proofs.has(id))
  return `${[
    '# Conformance',
    '',
    'Generated from the titles of the tests and the test vectors by `npx pnpm@12 conformance`; the build fails when it is stale.',
    '',
    '## What is implemented',
    '',
    '| Specification | As |',
    '|---|---|',
    '| draft-hardt-oauth-aauth-protocol-11, with draft-hardt-httpbis-signature-key-09 | generation `person-token` |',
    '| draft-hardt-oauth-aauth-protocol-00 to -10, draft-hardt-aauth-protocol-01 and -02 | generation `mission-header` |',
    '| RFC 9421 | requests; `@method` `@authority` `@path` `@query` and fields, without parameters |',
    '| RFC 9530 | `Content-Digest` with sha-256 and sha-512 |',
    '| RFC 9651, RFC 7638, RFC 7800, RFC 9457 | as far as the above need them |',
    '',
    '`SIG-` to `ERR-` are the resource-server matrix over all drafts, `X1` to `X28` the attacks it says to refuse, `R11-` the rules of draft 11, letters A to Q with two digits attacks of the catalogue.',
    '',
    `## Requirements with a test (${required.length - open.length} of ${required.length})`,
    '',
    '| Id | Tests |',
    '|---|---|',
    ...required.filter((id) => proofs.has(id)).map((id) => row(id, proofs)),
    '',
    `## Attacks with a test (${attacks.size} of 291)`,
    '',
    '| Id | Tests |',
    '|---|---|',
    ...[...attacks.keys()].sort().map((id) => row(id, attacks)),
    '',
    `## Requirements without one (${open.length})`,
    '',
    open.join(' '),
  ].join('\n')}\n`
}

function row(id: string, from: ReadonlyMap<string, ReadonlySet<string>>): string {
  const names = [...(from.get(id) ?? [])].sort()
  return `| ${id} | ${names.map((name) => `[${shortName(name)}](../${name})`).join(', ')} |`
}

function shortName(name: string): string {
  return name
    .replace(/^packages\//, '')
    .replace('/test/', ': ')
    .replace(/^test-vectors\//, 'vector: ')
    .replace(/\.(?:test\.ts|test-d\.ts|json)$/, '')
}

function vectorFiles(): string[] {
  return readdirSync(join(root, 'test-vectors'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:accept|refuse)\/.*\.json$/.test(name))
    .map((name) => `test-vectors/${name}`)
    .sort()
}

function testFiles(): string[] {
  return ['packages', 'examples']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter(
      (name) =>
        !name.includes('node_modules') && /(?:\.test\.ts|\.test-d\.ts|contract\/cases\/.*\.ts)$/.test(name),
    )
    .sort()
}

function add(to: Map<string, Set<string>>, id: string, name: string): void {
  to.set(id, (to.get(id) ?? new Set()).add(name))
}

function readCurrent(): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
