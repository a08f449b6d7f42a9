import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A package as npm would deliver it. */
export interface Packed {
  readonly name: string
  /** Last part of the name. */
  readonly folder: string
  readonly tarball: string
}

const packages = resolve(import.meta.dirname, '../packages')

/** Packs every public package into a folder that is gone when the process ends. Needs `pnpm run build` before. */
export function packAll(): readonly Packed[] {
  const out = mkdtempSync(join(tmpdir(), 'aauth-guard-packed-'))
  process.on('exit', () => rmSync(out, { recursive: true, force: true }))
  return readdirSync(packages).flatMap((folder) => {
    const { name, private: isPrivate } = JSON.parse(
      readFileSync(join(packages, folder, 'package.json'), 'utf8'),
    ) as { name: string; private?: boolean }
    if (isPrivate) return []
    const tarball = join(out, `${folder}.tgz`)
    execFileSync('npx', ['--yes', 'pnpm@12', 'pack', '--out', tarball], {
      cwd: join(packages, folder),
      stdio: 'pipe',
    })
    return [{ name, folder, tarball }]
  })
}
