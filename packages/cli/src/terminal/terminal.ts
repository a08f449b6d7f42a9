import type { Readable } from 'node:stream'

/** Where a command reads and writes: data on stdout, everything else on stderr. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  /** Whether a person reads stderr. */
  readonly isInteractive: boolean
  /** Prints data, with a line end. */
  print(text: string): void
  /** Tells the person something, with a line end. */
  say(text: string): void
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    env: process.env,
    stdin: process.stdin,
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
  }
}
