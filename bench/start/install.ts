import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { manifestIn, packAll } from '../../scripts/packed.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * Unpacks every public package into `folder`, as npm would install it. What they depend on, and their frameworks, are
 * those of the lockfile, linked beside them: nothing is fetched.
 */
export function installPacked(folder: string): void {
  for (const { name, folder: source, tarball } of packAll(root)) {
    const target = join(folder, 'node_modules', name)
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
    const { dependencies = {}, peerDependencies = {} } = manifestIn(root, source)
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies }))
      if (!dependency.startsWith('@aauth-guard/')) link(folder, dependency, join(root, 'packages', source))
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
}

function link(folder: string, dependency: string, from: string): void {
  const path = join(folder, 'node_modules', dependency)
  const place = [from, root].map((base) => join(base, 'node_modules', dependency)).find(existsSync)
  if (place === undefined) throw new Error(`${dependency} is not installed`)
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(place), path)
}
