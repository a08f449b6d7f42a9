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

export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  /** Of a command. */
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/**
 * Packs every public package into a folder that is gone when the process ends. Needs `pnpm run build` before.
 * @param root of the repository, or of a copy of it
 */
export function packAll(root: string = resolve(import.meta.dirname, '..')): readonly Packed[] {
  const out = mkdtempSync(join(tmpdir(), 'aauth-guard-packed-'))
  process.on('exit', () => rmSync(out, { recursive: true, force: true }))
  const packages = readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder, ...manifestIn(root, folder) }))
    .filter((one) => !one.private)
  const filters = packages.flatMap(({ folder }) => ['--filter', `./packages/${folder}`])
  execFileSync('npx', ['--yes', 'pnpm@12', '-r', ...filters, 'pack', '--pack-destination', out], {
    cwd: root,
    stdio: 'pipe',
  })
  return packages.map(({ name, folder, version }) => ({
    name,
    folder,
    tarball: join(out, `aauth-guard-${folder}-${version}.tgz`),
  }))
}

export function manifestIn(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest
}

/** A text file of a packed package. */
export function packedFile(tarball: string, file: string): string {
  return execFileSync('tar', ['-xzOf', tarball, `package/${file}`], { encoding: 'utf8' })
}
