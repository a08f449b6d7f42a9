import { resolve } from 'node:path'

const brought = resolve(import.meta.dirname, '../../packages/runtimes/node_modules')

/** A runtime that starts a program by its file, and that an npm package brings. */
export interface Host {
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
}

export const hosts: readonly Host[] = [
  { name: 'Node 24', binary: `${brought}/node24/bin/node`, args: [] },
  { name: 'Node 20', binary: `${brought}/node20/bin/node`, args: [] },
  { name: 'Bun', binary: `${brought}/bun/bin/bun.exe`, args: ['--no-install'] },
  {
    name: 'Deno',
    binary: `${brought}/deno/deno`,
    args: ['run', '--no-prompt', '--no-remote', '--no-lock', '--node-modules-dir=manual', '--allow-env'],
  },
]

export const workerd: string = `${brought}/workerd/bin/workerd`
