import type { ParseArgsConfig } from 'node:util'
import type { Terminal } from './terminal/terminal.ts'

/** What was written behind the name of a command. */
export interface Given {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly positionals: readonly string[]
}

/** One command, in a file `command.ts` of the folder with its name. */
export interface Command {
  /** What `--help` prints: usage, options, an example. */
  readonly help: string
  /** Beside `--help` and `--json`, which every command has. */
  readonly options: NonNullable<ParseArgsConfig['options']>
  /**
   * Prints data on stdout and everything else on stderr.
   * @returns the exit code: 0 done, 1 not as wished (refused, not valid, something found)
   * @throws {UsageError} for what cannot be done as written: exit code 2
   */
  run(given: Given, terminal: Terminal): Promise<number>
}

/** Something that is not done as it was written; its message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The text of an option that takes one. */
export function textOf({ values }: Given, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** The texts of an option that may be repeated. */
export function textsOf({ values }: Given, name: string): readonly string[] {
  const value = values[name]
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
}
