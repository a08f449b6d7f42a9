/**
 * The address of the repository, set here and nowhere else: run this after changing it. npm shows the address, and links
 * of packed READMEs need it. `--check` only looks; `--release` also compares the address with the repository that the
 * workflow runs in, since npm refuses the provenance of a package that names another one.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

const repository = 'https://github.com/OWNER/aauth-guard'

/** Texts outside package.json that name the address in full, since they are read elsewhere than beside the files. */
const texts = ['.github/ISSUE_TEMPLATE/config.yml', 'packages/opentelemetry/prometheus/alerts.yml']

type Manifest = Readonly<Record<string, unknown>>

const root = resolve(import.meta.dirname, '..')
const release = process.argv.includes('--release')
const check = release || process.argv.includes('--check')
const faults: string[] = []
const folders = readdirSync(join(root, 'packages')).filter((folder) => !manifestOf(folder).private)

for (const folder of folders) {
  const path = `packages/${folder}/package.json`
  const manifest = manifestOf(folder)
  const wanted = {
    homepage: `${repository}/tree/main/packages/${folder}#readme`,
    repository: { type: 'git', url: `git+${repository}.git`, directory: `packages/${folder}` },
    bugs: { url: `${repository}/issues` },
  }
  if (!Array.isArray(manifest.keywords) || manifest.keywords.length < 3)
    faults.push(`${path} needs at least three "keywords"`)
  const isSet = Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(manifest[name], value))
  if (isSet) continue
  if (check) faults.push(`${path} does not name ${repository}: run node scripts/repository.ts`)
  else write(path, `${JSON.stringify(placed(manifest, wanted), null, 2)}\n`)
}
for (const path of [...texts, ...folders.map((folder) => `packages/${folder}/README.md`)]) {
  if (!existsSync(join(root, path))) continue
  const text = readFileSync(join(root, path), 'utf8')
  const others = [...text.matchAll(/https:\/\/github\.com\/[\w.-]+\/aauth-guard\b/g)]
    .map(([address]) => address)
    .filter((address) => address !== repository)
  if (others.length === 0) continue
  if (check) faults.push(`${path} names ${others[0]}: run node scripts/repository.ts`)
  else
    write(
      path,
      others.reduce((changed, address) => changed.replaceAll(address, repository), text),
    )
}
const publisher = `https://github.com/${process.env.GITHUB_REPOSITORY}`
if (release && repository !== publisher)
  faults.push(`scripts/repository.ts says ${repository}, and ${publisher} publishes`)

for (const fault of faults) console.error(`repository: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(`repository: ${folders.length} packages name ${repository}`)
if (check && repository.includes('/OWNER/'))
  console.log(
    'repository: that is a placeholder; a maintainer sets it in scripts/repository.ts before the first release',
  )

/** The manifest with the members after the licence, as in the other packages. */
function placed(manifest: Manifest, wanted: Manifest): Manifest {
  const rest = Object.entries(manifest).filter(([name]) => !(name in wanted))
  return Object.fromEntries(
    rest.flatMap((entry) => (entry[0] === 'license' ? [entry, ...Object.entries(wanted)] : [entry])),
  )
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text)
  console.log(`repository: wrote ${path}`)
}
