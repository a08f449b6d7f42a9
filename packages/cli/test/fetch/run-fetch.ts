import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { UsageError } from '../../src/command.ts'
import type { Clock } from '../../src/fetch/clock.ts'
import { fetchCommand } from '../../src/fetch/command.ts'
import type { Hop } from '../../src/fetch/trace.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'

/** The output of a run, and its exit code. */
export interface Ran {
  readonly code: number
  /** stdout, without its last line end */
  readonly out: string
  /** stderr */
  readonly err: string
}

/** The line of `--json`. */
export interface JsonLine {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly hops: readonly Hop[]
  readonly error?: string
}

export interface RunOptions {
  readonly clock: Clock
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: Readable
  readonly isInteractive?: boolean
  /** Called with each line of stderr. */
  readonly onSay?: (text: string) => void
}

/** Runs `aauth fetch` in this process, with a clock of the test. */
export async function runFetch(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { clock, env = {}, stdin = Readable.from([]), isInteractive = false, onSay } = options
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    ...{ env, stdin, isInteractive },
    print: (text) => void out.push(text),
    say: (text) => {
      err.push(text)
      onSay?.(text)
    },
  }
  const command = fetchCommand(clock)
  const given = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, ...command.options },
  })
  const code = await command.run(given, terminal).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    err.push(`aauth: ${error.message}`)
    return 2
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** The line of a run with `--json`. */
export function lineOf({ out }: Ran): JsonLine {
  return JSON.parse(out) as JsonLine
}

/** The hops of a run with `--json`, each as `STATUS TOKEN METHOD PATH`. */
export function hopsOf(ran: Ran): readonly string[] {
  return lineOf(ran).hops.map(({ method, url, status, token = 'unsigned' }) => {
    const path = new URL(url).pathname.replace(/[0-9a-f-]{36}$/, 'ID')
    return `${status} ${token} ${method} ${path}`
  })
}
