/** Looks at every package as npm would deliver it: publint and attw find nothing, and the README is complete by itself. */
import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { type Manifest, packAll, packedFile } from './packed.ts'
import { readmeFaults } from './readme-faults.ts'

const faults: string[] = []
// The packages are ESM only: Node 20.19 and later `require` them, older resolvers are told so by `engines`.
const expected = new Set(['CJSResolvesToESM', 'NoResolution'])

for (const { name, tarball } of packAll()) {
  const data = new Uint8Array(readFileSync(tarball))
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: data.buffer } })
  for (const message of messages) faults.push(`${name}: ${formatMessage(message, pkg) ?? message.code}`)

  const {
    bin,
    peerDependencies = {},
    peerDependenciesMeta,
  } = JSON.parse(packedFile(tarball, 'package.json')) as Manifest
  const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta?.[peer]?.optional)
  for (const fault of readmeFaults(name, packedFile(tarball, 'README.md'), peers))
    faults.push(`${name}: README.md ${fault}`)

  // A command exports nothing that has types.
  if (bin !== undefined) continue
  const result = await checkPackage(createPackageFromTarballData(data))
  if (result.types === false) {
    faults.push(`${name}: has no types`)
    continue
  }
  for (const problem of result.problems) {
    const node10 = 'resolutionKind' in problem && problem.resolutionKind === 'node10'
    if (problem.kind === 'CJSResolvesToESM' || (expected.has(problem.kind) && node10)) continue
    faults.push(`${name}: ${problem.kind} ${JSON.stringify(problem)}`)
  }
}

for (const fault of faults) console.error(`package-check: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('package-check: publint and attw have nothing to say, and every README is complete by itself')
