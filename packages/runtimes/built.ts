import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const packages = resolve(import.meta.dirname, '..')
const published = ['core', 'testing', 'hono']
/** What a host or an example needs beside the packages. */
const companions = ['hono', '@hono/node-server']

/**
 * Builds, packs and unpacks the packages into `folder`, so that runtimes resolve them by the manifest that npm
 * would deliver. Their dependencies are those of the lockfile, linked beside them: nothing is fetched.
 */
export function installBuilt(folder: string): void {
  for (const name of published) {
    const source = join(packages, name)
    const tarball = join(folder, `${name}.tgz`)
    run(source, 'npx', '--yes', 'pnpm@12', 'run', 'build')
    run(source, 'npx', '--yes', 'pnpm@12', 'pack', '--out', tarball)
    const target = join(folder, 'node_modules/@aauth-guard', name)
    mkdirSync(target, { recursive: true })
    run(folder, 'tar', '-xzf', tarball, '-C', target, '--strip-components=1')
    const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const dependency of Object.keys(dependencies)) {
      if (!dependency.startsWith('@aauth-guard/')) link(folder, dependency, source)
    }
  }
  for (const name of companions) link(folder, name, import.meta.dirname)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
}

function link(folder: string, dependency: string, from: string): void {
  const path = join(folder, 'node_modules', dependency)
  const target = realpathSync(join(from, 'node_modules', dependency))
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  } else if (realpathSync(path) !== target) {
    throw new Error(`two packages want different versions of ${dependency}`)
  }
}

/** @throws {Error} with everything the command wrote, when it failed */
function run(cwd: string, command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`)
}
