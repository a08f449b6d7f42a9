import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Expectation } from './checks/check.ts'

/** What a runtime is started for, and where the issuers are: `http://127.0.0.1:PORT`. */
export interface Task {
  readonly what: 'suite' | 'example'
  readonly issuers: string
}

/** A runtime that an npm package brings. */
export interface Runtime {
  readonly name: string
  /** The binary. */
  readonly file: string
  readonly platform: Expectation['platform']
  /** Arguments, in the folder where the hosts are. What is started tells `{"port":N}` once it listens. */
  readonly args: (task: Task) => readonly string[]
}

export const runtimes: readonly Runtime[] = [
  node(20),
  node(22),
  node(24),
  node(26),
  {
    name: 'bun',
    file: brought('bun/bin/bun.exe'),
    platform: 'web',
    args: ({ what, issuers }) => ['--no-install', 'bun.js', issuers, what],
  },
  {
    name: 'deno',
    file: brought('deno/deno'),
    platform: 'web',
    args: ({ what, issuers }) => [
      'run',
      '--no-prompt',
      '--no-remote',
      '--no-lock',
      '--node-modules-dir=manual',
      '--allow-net=127.0.0.1',
      'deno.js',
      issuers,
      what,
    ],
  },
  {
    name: 'workerd',
    file: brought('workerd/bin/workerd'),
    platform: 'web',
    args: ({ what, issuers }) => [
      'serve',
      ...(what === 'suite'
        ? ['workerd.capnp']
        : ['workerd-example.capnp', `--external-addr=issuers=${new URL(issuers).host}`]),
      '--control-fd=3',
    ],
  },
]

/** What the runtime calls its version. @throws {Error} when its npm package brought no binary */
export function versionOf({ name, file }: Runtime): string {
  if (!existsSync(file)) throw new Error(`the npm package of ${name} brought no binary for this machine`)
  return /[0-9][0-9.-]+[0-9]/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''
}

function node(line: number): Runtime {
  return {
    name: `node${line}`,
    file: brought(`node${line}/bin/node`),
    platform: 'node',
    args: ({ what, issuers }) => ['node.js', issuers, what],
  }
}

function brought(path: string): string {
  return join(import.meta.dirname, 'node_modules', path)
}
