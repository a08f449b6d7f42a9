import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const packages = resolve(import.meta.dirname, '..')

/** The entry files of all published packages, each with the name that applications import. */
export function entries(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const folder of readdirSync(packages)) {
    const path = join(packages, folder, 'package.json')
    if (!existsSync(path)) continue
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    if (manifest.private) continue
    for (const [subpath, file] of Object.entries(manifest.exports))
      if (file.endsWith('.ts')) found.set(join(packages, folder, file), manifest.name + subpath.slice(1))
  }
  return found
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, string>>
}
