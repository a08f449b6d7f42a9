import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { Command } from '../src/command.ts'
import { run } from '../src/run.ts'
import type { Terminal } from '../src/terminal/terminal.ts'

/** The output of a command. */
export interface Captured {
  readonly code: number
  /** stdout */
  readonly out: string
  /** stderr */
  readonly err: string
}

/** A terminal whose output is kept. */
export class CapturedTerminal implements Terminal {
  readonly env: Terminal['env'] = {}
  readonly isInteractive = false
  readonly stdin: Readable
  readonly printed: string[] = []
  readonly said: string[] = []

  constructor(stdin: string | Uint8Array = '') {
    this.stdin = Readable.from([Buffer.from(stdin)])
  }

  print(text: string): void {
    this.printed.push(text)
  }

  say(text: string): void {
    this.said.push(text)
  }

  captured(code: number): Captured {
    return { code, out: this.printed.join('\n'), err: this.said.join('\n') }
  }
}

/** Runs `aauth` with the arguments. */
export async function aauth(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Captured> {
  const terminal = new CapturedTerminal(stdin)
  return terminal.captured(await run(args, terminal))
}

/** Runs one command with the arguments behind its name. @throws {UsageError} */
export async function runCommand(
  command: Command,
  args: readonly string[],
  stdin: string | Uint8Array = '',
): Promise<Captured> {
  const terminal = new CapturedTerminal(stdin)
  const options = { json: { type: 'boolean' as const }, ...command.options }
  const given = parseArgs({ args: [...args], allowPositionals: true, options })
  return terminal.captured(await command.run(given, terminal))
}
