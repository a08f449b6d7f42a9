import { createInterface } from 'node:readline'
import { type Given, textsOf, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { mostRequests } from './limits.ts'
import type { Target } from './target.ts'

/** Lets a host that is not this machine be examined only where its name was written twice. @throws {UsageError} */
export async function confirmHost(
  given: Given,
  terminal: Terminal,
  { authority, isLoopback }: Target,
): Promise<void> {
  if (isLoopback || textsOf(given, 'yes').includes(authority)) return
  const host = quotedForTerminal(authority)
  if (!terminal.isInteractive)
    throw new UsageError(`${host} is not this machine: write "--yes ${authority}" to examine it`)
  terminal.say(
    `${host} is not this machine. Type its name to send it up to ${mostRequests} GET and HEAD requests:`,
  )
  if ((await readLine(terminal)).trim() !== authority)
    throw new UsageError(`${host} was not typed again, so nothing was sent: type it as it stands in the URL`)
}

async function readLine({ stdin }: Terminal): Promise<string> {
  const lines = createInterface({ input: stdin })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
  }
}
