import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'
import { runtimes, versionOf } from '../../../packages/runtimes/runtimes.ts'

const workerd = runtimes.find(({ name }) => name === 'workerd')

/** Why workerd cannot run on this machine; `undefined` if it can. */
export const obstacle: string | undefined = obstacleOf()
if (obstacle !== undefined) console.log(`Tests in workerd are skipped: ${obstacle}`)

function obstacleOf(): string | undefined {
  if (workerd === undefined) return 'packages/runtimes does not bring workerd'
  try {
    versionOf(workerd)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** A folder with a worker in one file, and a disk for its objects. */
export interface Installed {
  readonly folder: string
  remove(): void
}

const config = 'two-workers.capnp'

/** @param worker the file, in this folder */
export async function install(worker: string): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'durable-objects-'))
  mkdirSync(join(folder, 'disk'))
  copyFileSync(join(import.meta.dirname, config), join(folder, config))
  await build({
    entryPoints: [join(import.meta.dirname, worker)],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    external: ['node:*', 'cloudflare:*'],
  })
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** A process of workerd, with the sockets `one` and `two` of two workers. */
export interface Serving {
  /** `http://127.0.0.1:PORT` */
  readonly one: string
  readonly two: string
  /** Kills the process. */
  stop(): Promise<void>
}

/**
 * @param issuers where what the workers fetch is served, as `http://127.0.0.1:PORT`; default nowhere
 * @throws {Error} with what workerd wrote, when it ends before it listens
 */
export async function serve({ folder }: Installed, issuers = 'http://127.0.0.1:1'): Promise<Serving> {
  const parameters = [
    'serve',
    config,
    '--directory-path=disk=disk',
    `--external-addr=issuers=${new URL(issuers).host}`,
    '--control-fd=3',
  ]
  const child = spawn(workerd?.file ?? '', parameters, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  const [err, control] = child.stdio.slice(2) as unknown as [Readable, Readable]
  err.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = once(child, 'exit')
  const ports = await Promise.race([portsOf(control), ended.then(() => undefined)])
  if (ports === undefined) throw new Error(`workerd did not start: ${complaints}`)
  return { ...ports, stop: () => stop(child, ended) }
}

async function portsOf(control: Readable): Promise<Pick<Serving, 'one' | 'two'>> {
  const told: Record<string, string> = {}
  for await (const line of createInterface({ input: control })) {
    const { event, socket, port } = JSON.parse(line) as { event: string; socket: string; port: number }
    if (event === 'listen') told[socket] = `http://127.0.0.1:${port}`
    const { one, two } = told
    if (one !== undefined && two !== undefined) return { one, two }
  }
  return new Promise(() => undefined)
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await ended
}
