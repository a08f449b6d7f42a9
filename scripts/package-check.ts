/**
 * Looks at every package as npm would deliver it: publint and attw find nothing, and the tarball holds what was
 * built and nothing else.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const packages = resolve(import.meta.dirname, '../packages')
const out = mkdtempSync(join(tmpdir(), 'aauth-guard-'))
const faults: string[] = []
// The packages are ESM only: Node 20.19 and later `require` them, older resolvers are told so by `engines`.
const expected = new Set(['CJSResolvesToESM', 'NoResolution'])

for (const name of readdirSync(packages)) {
  const folder = join(packages, name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    private?: boolean
  }
  if (manifest.private) continue
  execFileSync('npx', ['--yes', 'pnpm@12', 'pack', '--out', join(out, `${name}.tgz`)], {
    cwd: folder,
    stdio: 'pipe',
  })
  const tarball = readFileSync(join(out, `${name}.tgz`))

  const { messages, pkg } = await publint({ strict: true, pack: { tarball: new Uint8Array(tarball).buffer } })
  for (const message of messages)
    faults.push(`${manifest.name}: ${formatMessage(message, pkg) ?? message.code}`)

  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  if (result.types === false) {
    faults.push(`${manifest.name}: has no types`)
    continue
  }
  for (const problem of result.problems) {
    const node10 = 'resolutionKind' in problem && problem.resolutionKind === 'node10'
    if (problem.kind === 'CJSResolvesToESM' || (expected.has(problem.kind) && node10)) continue
    faults.push(`${manifest.name}: ${problem.kind} ${JSON.stringify(problem)}`)
  }
}

rmSync(out, { recursive: true })
for (const fault of faults) console.error(`package-check: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('package-check: publint and attw have nothing to say')
