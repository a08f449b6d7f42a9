import { type Given, UsageError } from '../command.ts'
import { shownJson } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { verificationOptions, withReadableFiles } from './inputs.ts'
import { verificationLines } from './report-text.ts'

/** `aauth audit verify`. @returns the exit code */
export async function verify(given: Given, terminal: Terminal): Promise<number> {
  for (const option of ['evidence', 'private-key'])
    if (given.values[option] !== undefined) throw new UsageError(`--${option} is for aauth audit replay`)
  const options = await verificationOptions(given, terminal)
  const { verifyLog } = await import('@aauth-guard/audit')
  const log = await withReadableFiles(() => verifyLog(given.positionals, options))
  terminal.print(
    given.values.json === true ? shownJson(JSON.stringify(log)) : verificationLines(log).join('\n'),
  )
  return log.ok ? 0 : 1
}
