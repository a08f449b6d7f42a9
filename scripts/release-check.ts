/**
 * Rehearses releases in a copy of the manifests: all packages get the same next version, the changelog its section, and
 * what would be published names that very version of core as a peer. Two copies of core in one application would not
 * know each other's resources and requests.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Manifest, manifestIn, packAll, packedFile } from './packed.ts'

const core = '@aauth-guard/core'
const root = resolve(import.meta.dirname, '..')
const folders = readdirSync(join(root, 'packages'))
const published = folders.filter((folder) => !manifestIn(root, folder).private)
const current = manifestIn(root, 'core').version ?? ''
const [major = 0, minor = 0, patch = 0] = current.split('.').map(Number)
const faults: string[] = []

for (const folder of published) {
  const { name, version } = manifestIn(root, folder)
  if (version !== current) faults.push(`${name} has version ${version}, and core has ${current}`)
}
rehearse('minor', `${major}.${minor + 1}.0`)
rehearse('patch', `${major}.${minor}.${patch + 1}`)

for (const fault of faults) console.error(`release-check: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(
  `release-check: ${published.join(', ')} get one version, and core is a peer of exactly that version`,
)

/** @param bump of a change of core alone, which concerns all the others */
function rehearse(bump: string, expected: string): void {
  const copy = copyOfManifests()
  const change = `---\n'${core}': ${bump}\n---\n\nA rehearsal.\n`
  writeFileSync(join(copy, '.changeset/rehearsal.md'), change)
  execFileSync(process.execPath, [join(import.meta.dirname, 'version.ts'), copy], { stdio: 'pipe' })

  const versions: string[] = []
  for (const { name, folder, tarball } of packAll(copy)) {
    const { version, dependencies, peerDependencies, bin } = JSON.parse(
      packedFile(tarball, 'package.json'),
    ) as Manifest
    versions.push(`${folder} ${version}`)
    if (version !== expected)
      faults.push(`a ${bump} change of core makes ${name} ${version}, not ${expected}`)
    // A command runs in a process of its own, with a core of its own.
    const asked = bin === undefined ? peerDependencies?.[core] : dependencies?.[core]
    if (bin === undefined && dependencies?.[core] !== undefined)
      faults.push(`${name} brings a copy of core of its own`)
    if (folder !== 'core' && asked !== expected)
      faults.push(`${name} asks for core ${asked}, not for exactly ${expected}`)
  }
  if (!readFileSync(join(copy, 'CHANGELOG.md'), 'utf8').includes(`\n## ${expected}\n`))
    faults.push(`CHANGELOG.md gets no section for ${expected}`)
  console.log(`release-check: after a ${bump} change of core alone: ${versions.join(', ')}`)
}

/** What changesets and pnpm read of the repository, without a change that is waiting in it. */
function copyOfManifests(): string {
  const copy = mkdtempSync(join(tmpdir(), 'aauth-guard-release-'))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  const manifests = folders.map((folder) => `packages/${folder}/package.json`)
  for (const file of [
    'package.json',
    'pnpm-workspace.yaml',
    'CHANGELOG.md',
    '.changeset/config.json',
    ...manifests,
  ])
    cpSync(join(root, file), join(copy, file))
  // pnpm replaces `workspace:*` by the version that it finds installed.
  for (const folder of published.filter((one) => one !== 'core')) {
    const modules = join(copy, 'packages', folder, 'node_modules/@aauth-guard')
    mkdirSync(modules, { recursive: true })
    for (const needed of ['core', 'testing'])
      if (needed !== folder) symlinkSync(join(copy, 'packages', needed), join(modules, needed))
  }
  return copy
}
