import type { AllowConsole } from '@aauth-guard/console'

/**
 * Lets operators in, by the cookie of their session. Replace it by what your admin pages use. Never decide by the address of
 * the client: behind a proxy everybody comes from loopback.
 */
export function operatorsOnly(sessions: ReadonlySet<string>): AllowConsole {
  return ({ headers }) => {
    const cookies = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
    return cookies.some((pair) => pair.startsWith('session=') && sessions.has(pair.slice('session='.length)))
  }
}
