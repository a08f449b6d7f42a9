/**
 * Writes the vectors, one file a claim. With `--check` it writes nothing and fails when a file is stale, missing
 * or belongs to no claim.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { allClaims } from './claims/all.ts'
import { realise } from './realise.ts'

const root = import.meta.dirname
const generations = ['both', 'mission-header', 'person-token']

const wanted = new Map<string, string>()
for (const claim of allClaims) {
  const name = `${claim.generation}/${'accept' in claim ? 'accept' : 'refuse'}/${claim.name}.json`
  if (wanted.has(name)) throw new Error(`two claims are called ${name}`)
  wanted.set(name, textOf(await realise(claim)))
}

const superfluous = committed().filter((name) => !wanted.has(name))
const stale = [...wanted.keys()].filter((name) => read(name) !== wanted.get(name))

if (!process.argv.includes('--check')) {
  for (const name of superfluous) rmSync(join(root, name))
  for (const name of stale) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), wanted.get(name) as string)
  }
  console.log(`vectors: ${wanted.size}, of which ${stale.length} written, and ${superfluous.length} removed`)
} else if (superfluous.length + stale.length > 0) {
  for (const name of stale) console.error(`vectors: ${name} is stale or missing`)
  for (const name of superfluous) console.error(`vectors: ${name} belongs to no claim`)
  console.error('vectors: run npx pnpm@12 vectors')
  process.exit(1)
} else {
  console.log(`vectors: ${wanted.size}, all up to date`)
}

/** Indented, but with pairs on one line. */
function textOf(vector: unknown): string {
  const pair = /\[\n\s+("(?:[^"\\\n]|\\.)*"),\n\s+("(?:[^"\\\n]|\\.)*")\n\s+\]/g
  return `${JSON.stringify(vector, null, 2).replace(pair, '[$1, $2]')}\n`
}

function committed(): string[] {
  return generations.flatMap((folder) => {
    try {
      return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.'))
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    } catch {
      return []
    }
  })
}

function read(name: string): string | undefined {
  try {
    return readFileSync(join(root, name), 'utf8')
  } catch {
    return undefined
  }
}
