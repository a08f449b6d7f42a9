import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { workerd } from './hosts.ts'
import type { SignedFixture } from './programs.ts'

/** Writes the configuration that serves a bundle of `folder`, and returns its name. */
export function writeConfig(folder: string, bundle: string): string {
  const name = `${bundle}.capnp`
  writeFileSync(
    join(folder, name),
    `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "app",
      worker = (
        modules = [(name = "${bundle}", esModule = embed "${bundle}")],
        compatibilityDate = "2026-11-01",
      ),
    ),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);
`,
  )
  return name
}

/** Milliseconds from the start of workerd until it listens, and until it has answered its first request. */
export interface WorkerRun {
  readonly listens: number
  readonly answered: number
  /** The second request. */
  readonly again: number
}

/** @throws {Error} unless both requests are answered with 200 */
export async function runWorker(folder: string, config: string, signed: SignedFixture): Promise<WorkerRun> {
  const start = performance.now()
  const child = spawn(workerd, ['serve', config, '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  try {
    const port = await portOf(child)
    const listens = performance.now() - start
    await call(port, signed)
    const answered = performance.now() - start
    await call(port, signed)
    return { listens, answered, again: performance.now() - start - answered }
  } finally {
    child.kill('SIGKILL')
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let [said, complaints] = ['', '']
    const [err, control] = child.stdio.slice(2) as unknown as [Readable, Readable]
    err.on('data', (chunk) => {
      complaints += chunk
    })
    control.on('data', (chunk) => {
      said += chunk
      const [, port] = /"port":\s*([0-9]+)/.exec(said) ?? []
      if (port !== undefined) resolve(Number(port))
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(`workerd ended: ${complaints}`)))
  })
}

function call(port: number, { issuer, method, target, headers }: SignedFixture): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = { ...Object.fromEntries(headers), host: new URL(issuer).host }
    request({ host: '127.0.0.1', port, method, path: target, headers: sent, agent: false }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else
          reject(new Error(`the Worker answered ${response.statusCode}: ${JSON.stringify(response.headers)}`))
      })
    })
      .once('error', reject)
      .end()
  })
}
