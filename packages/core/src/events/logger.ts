/** Where the lines of a log go. What it returns or throws changes nothing. */
export interface Logger {
  /** Acceptances, and challenges on the normal way in. */
  debug(line: string): unknown
  /** Refusals, with their remedy. */
  info(line: string): unknown
  /** What could not be decided. */
  warn(line: string): unknown
}

/** Writes to stderr, since the stdout of a program may be its output; to the console where there is no stderr. */
export function consoleLogger(): Logger {
  const { process } = globalThis as { process?: { stderr?: { write?: (text: string) => unknown } } }
  const stderr = process?.stderr
  if (typeof stderr?.write !== 'function') return console
  const write = (line: string): unknown => stderr.write?.(`${line}\n`)
  return { debug: write, info: write, warn: write }
}
