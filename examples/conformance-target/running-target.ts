import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type Listening, listen, type TestIssuer } from '@aauth-guard/testing'
import { patientTimers } from '../../scripts/patient-timers-path.ts'

const main = resolve(import.meta.dirname, 'main.ts')

/** How a program ended. */
export interface Ending {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The target in a process of its own. */
export interface RunningTarget {
  /** What it says it listens on. */
  readonly url: string
  /** And its control port. */
  readonly control: string
  readonly process: ChildProcess
  /** Resolves once it has ended and all of its output was read. */
  readonly ended: Promise<Ending>
}

/** Runs the program with `config` in a file; `launcher` is a script that runs its arguments as a program. */
export function runTarget(
  config: unknown,
  launcher: readonly string[] = [],
): Omit<RunningTarget, 'url' | 'control'> {
  const folder = mkdtempSync(join(tmpdir(), 'target-'))
  const file = join(folder, 'config.json')
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config))
  const child = spawn(process.execPath, [...launcher, main, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${patientTimers}` },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([code]): Ending => {
    rmSync(folder, { recursive: true })
    return { code, stdout, stderr }
  })
  return { process: child, ended }
}

/** Runs the program until it says where it listens. */
export async function startTarget(config: unknown, launcher?: readonly string[]): Promise<RunningTarget> {
  const running = runTarget(config, launcher)
  const first = once(createInterface(running.process.stdout as NodeJS.ReadableStream), 'line')
  const failed = running.ended.then(({ stderr }) => {
    throw new Error(`the target ended before it listened: ${stderr}`)
  })
  failed.catch(() => undefined)
  const [line] = (await Promise.race([first, failed])) as [string]
  const { listening, control } = JSON.parse(line) as { listening: string; control: string }
  return { ...running, url: listening, control }
}

/** Serves the documents of issuers over HTTP on loopback; `origins` is what the configuration needs. */
export async function serveIssuers(
  ...issuers: readonly TestIssuer[]
): Promise<{ origins: Record<string, string>; close(): Promise<void> }> {
  const servers: Listening[] = []
  const origins: Record<string, string> = {}
  for (const issuer of issuers) {
    const server = await listen(async (req, res) => {
      const answer = await issuer.answer(req.url ?? '', undefined)
      res.writeHead(answer.status, Object.fromEntries(answer.headers))
      res.end(Buffer.from(await answer.arrayBuffer()))
    })
    servers.push(server)
    origins[issuer.id] = server.url
  }
  return {
    origins,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}
