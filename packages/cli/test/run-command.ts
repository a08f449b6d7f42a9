import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const main = resolve(import.meta.dirname, '../src/main.ts')

/** The command in a process of its own. */
export interface Started {
  /** The output on stdout so far. */
  stdout(): string
  stderr(): string
  /** Resolves once `stdout` has a line. */
  readonly firstLine: Promise<string>
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** Starts `aauth` with arguments; it is stopped with the test. `env` is added to the environment. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      stdout += text
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')))
    })
    child.on('exit', (code) => reject(new Error(`aauth ended with ${code}: ${stderr}`)))
  })
  firstLine.catch(() => undefined)
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    firstLine,
    exit,
    kill: (signal) => void child.kill(signal),
  }
}
