import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Runtime, Task } from './runtimes.ts'

/** A host that listens. */
export interface Started {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  stop(): void
}

/** Starts a runtime in the folder of the hosts. @throws {Error} with its complaints when it does not listen within a minute */
export async function start({ name, file, args }: Runtime, folder: string, task: Task): Promise<Started> {
  const child = spawn(file, args(task), {
    cwd: folder,
    env: { ...process.env, ISSUERS: task.issuers },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let complaints = ''
  // Standard streams, and the descriptor where workerd tells its ports.
  const [out, err, control] = child.stdio.slice(1) as unknown as [Readable, Readable, Readable]
  err.on('data', (chunk) => {
    complaints += chunk
  })
  const port = await Promise.race([
    told(out),
    told(control),
    ended(child),
    setTimeout(60_000, undefined, { ref: false }),
  ])
  if (port === undefined) {
    child.kill('SIGKILL')
    throw new Error(`${name} did not start: ${complaints}`)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => void child.kill('SIGKILL'),
  }
}

/** The first port that a line tells. */
function told(lines: Readable): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: lines }).on('line', (line) => {
      const [, port] = /^\{.*"port":\s*([0-9]+)/.exec(line) ?? []
      if (port !== undefined) resolve(port)
    })
  })
}

function ended(child: ChildProcess): Promise<undefined> {
  return new Promise((resolve) => {
    for (const event of ['error', 'exit']) child.once(event, () => resolve(undefined))
  })
}
