/**
 * The public API as text, one file for each entry of each published package: every exported name with its declaration,
 * comments left out. It is committed, so that a change of the API is seen in review; `--check` compares it with the
 * built packages, and without it the files are written.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'api')
const check = process.argv.includes('--check')
const faults: string[] = []
const wanted = new Map<string, string>()

for (const name of readdirSync(join(root, 'packages'))) {
  const manifest = join(root, 'packages', name, 'package.json')
  if (!existsSync(manifest)) continue
  const { private: isPrivate, publishConfig } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  if (isPrivate || publishConfig?.exports === undefined) continue
  for (const [subpath, file] of Object.entries(publishConfig.exports)) {
    if (!file.endsWith('.js')) continue
    const entry = join(root, 'packages', name, file.replace(/\.js$/, '.d.ts'))
    wanted.set(`${[name, ...subpath.split('/').slice(1)].join('-')}.d.ts`, report(entry))
  }
}

if (!check) rmSync(folder, { recursive: true, force: true })
for (const [file, text] of wanted) {
  const path = join(folder, file)
  if (check && (!existsSync(path) || readFileSync(path, 'utf8') !== text))
    faults.push(`api/${file} is not what is built`)
  if (!check) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, text)
  }
}
if (check)
  for (const file of existsSync(folder) ? readdirSync(folder) : [])
    if (!wanted.has(file)) faults.push(`api/${file} has no entry any more`)
for (const fault of faults)
  console.error(`api-report: ${fault}: run npx pnpm@12 build and npx pnpm@12 api, and look at the diff`)
if (faults.length > 0) process.exit(1)
console.log(`api-report: ${wanted.size} entries ${check ? 'are as committed' : 'written'}`)

interface Manifest {
  readonly private?: boolean
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, string>> }
}

function report(entry: string): string {
  const exported = [...exportsOf(entry)].sort(([one], [other]) => (one < other ? -1 : 1))
  return exported.map(([, declaration]) => `${declaration}\n`).join('\n')
}

/** Name → declaration, of everything that a declaration file exports, through other files. */
function exportsOf(file: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const statement of statementsOf(file)) {
    const reexport = /^export (?:type )?\{([^}]*)\} from '([^']+)'/.exec(statement)
    if (reexport) {
      const module = reexport[2] as string
      // Of another package, whose own report has the declaration.
      const source = module.startsWith('.')
        ? exportsOf(resolve(dirname(file), module.replace(/\.js$/, '.d.ts')))
        : undefined
      for (const item of (reexport[1] as string).split(',')) {
        const [from, as = from] = item
          .trim()
          .replace(/^type /, '')
          .split(' as ')
        if (!from) continue
        const declarations = source ? source.get(from) : `export { ${from} } from '${module}'`
        if (declarations === undefined) throw new Error(`${file} exports ${from}, which has no declaration`)
        found.set(as as string, declarations)
      }
      continue
    }
    const named =
      /^export (?:declare )?(?:abstract )?(?:class|function|const|interface|type|enum) (\w+)/.exec(statement)
    if (!named) continue
    const name = named[1] as string
    // Overloads are several statements.
    found.set(name, [found.get(name), statement].filter(Boolean).join('\n'))
  }
  return found
}

/** The statements at the top of a declaration file, which begin in the first column. */
function statementsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/[ \t]*\/\*[\s\S]*?\*\/\n?/g, '')
  const statements: string[] = []
  for (const line of text.split('\n')) {
    if (/^(?:export|import|declare|interface|type|class)\b/.test(line)) statements.push(line)
    else if (line !== '' && statements.length > 0) statements[statements.length - 1] += `\n${line}`
  }
  return statements
}
