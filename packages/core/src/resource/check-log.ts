import { assert } from '../assert/assert.ts'
import type { Logger } from '../events/logger.ts'
import { quoted } from '../wire/quoted.ts'

/** The option `log` of a resource. */
export type LogOption = 'console' | 'summary' | 'off' | Logger

/** @throws {TypeError} for a value that is not a log option */
export function checkLog(given: LogOption | undefined, issuer: string): LogOption {
  if (given === undefined) return defaultLog(issuer)
  const isLogger =
    typeof given === 'object' &&
    given !== null &&
    (['debug', 'info', 'warn'] as const).every((level) => typeof given[level] === 'function')
  assert(
    isLogger || given === 'console' || given === 'summary' || given === 'off',
    `"log" is ${quoted(given)}: write 'console', 'summary', 'off' or an object with debug, info and warn`,
  )
  return given
}

interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stderr?: { readonly isTTY?: boolean }
}

/** Every decision during development, one line per minute in production, and nothing in tests. */
function defaultLog(issuer: string): LogOption {
  try {
    const { process } = globalThis as { process?: Process }
    const { AAUTH_DEV: world, NODE_ENV: mode } = process?.env ?? {}
    if (mode === 'test') return 'off'
    const isDevelopment =
      (world !== undefined && world !== '') ||
      issuer.startsWith('http://') ||
      (process?.stderr?.isTTY === true && mode !== 'production')
    return isDevelopment ? 'console' : 'summary'
  } catch {
    // Deno lets no program read the environment that was not allowed to.
    return 'summary'
  }
}
