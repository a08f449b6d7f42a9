import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** The next line that a person types; `undefined` if the input ends or `signal` is aborted before that. */
export function readLine(stdin: Readable, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: stdin, terminal: false, signal })
  return new Promise((resolve) => {
    lines.once('close', () => resolve(undefined))
    lines.once('line', (line) => {
      resolve(line)
      // Pauses the input, so that the process can end.
      lines.close()
    })
  })
}
