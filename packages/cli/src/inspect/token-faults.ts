import { isAAuthError } from '@aauth-guard/core'
import { allowDevServers } from '@aauth-guard/core/dev'
import { createIssuers, ExchangeError } from '@aauth-guard/core/exchange'
import type { UntrustedToken } from './token.ts'

/**
 * Why a resource would refuse the token before it asks for any key: its form, its claims and its times, as core checks
 * them. `undefined` where it would go on to the keys. Fetches nothing.
 */
export async function faultOf(
  { text, kind, claims }: UntrustedToken,
  now: number,
): Promise<string | undefined> {
  if (kind === 'resource-token') return undefined
  allowDevServers(originsIn(claims))
  const issuers = createIssuers({ now: () => now, fetch: () => Promise.reject(new TypeError('offline')) })
  try {
    await issuers.verifyParameter(text, 'presented', undefined)
    return undefined
  } catch (error) {
    if (error instanceof ExchangeError) return error.message
    // It would need the keys.
    if (isAAuthError(error)) return undefined
    throw error
  } finally {
    issuers.close()
  }
}

/** Tokens of a development world name servers on this machine. Others than these are ignored. */
function originsIn(claims: UntrustedToken['claims']): readonly string[] {
  const { iss, ps, aud, sub, agent } = claims
  const hosts = [sub, agent].map((id) => `http://${String(id).split('@').at(-1)}`)
  return [iss, ps, ...[aud].flat()].filter((id) => typeof id === 'string').concat(hosts)
}
