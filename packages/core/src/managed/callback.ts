import type { ResourceState } from '../resource/state.ts'
import { keySourceOf } from '../resource/trusted-issuers.ts'
import { isServerId } from '../token/identifiers.ts'
import { isLoopbackHost } from '../wire/loopback.ts'
import type { PendingRequest } from './pending-request.ts'

/** Errors that a callback can be given (draft 11 §7.3.1). */
export type CallbackError = 'access_denied' | 'user_abandoned' | 'interaction_expired' | 'server_error'

/** What URL parsers leave as it is, so that what is compared is what browsers follow. */
const plain = /^[\x21-\x7e]+$/
const maxLength = 2048

/**
 * The callback of a request, if it may be followed: an address of the person server that the token names, or what the
 * agent provider publishes as `callback_endpoint`, or this machine if it publishes `localhost_callback_allowed` (INT-6,
 * docs/decisions.md#d33). Anything else is ignored, so that the page is not an open redirect.
 */
export async function acceptedCallback(
  state: ResourceState,
  request: Pick<PendingRequest, 'owner' | 'personServer'>,
  callback: string,
): Promise<string | undefined> {
  if (
    callback.length > maxLength ||
    !plain.test(callback) ||
    callback.includes('\\') ||
    callback.includes('#')
  )
    return undefined
  if (!URL.canParse(callback)) return undefined
  const { protocol, hostname, username, password } = new URL(callback)
  if (username !== '' || password !== '') return undefined
  const isLocal = protocol === 'http:' && isLoopbackHost(hostname)
  if (protocol !== 'https:' && !isLocal) return undefined
  const { personServer, owner } = request
  if (isServerId(personServer) && isBelow(callback, personServer)) return callback
  // Only an agent token is signed by the provider of the agent.
  if (!owner.isAgent || owner.agent === null) return undefined
  const published = await metadataOf(state, owner.agent.iss)
  const endpoint = published?.callback_endpoint
  if (isLocal) return published?.localhost_callback_allowed === true ? callback : undefined
  if (typeof endpoint !== 'string' || endpoint === '') return undefined
  const isEndpoint = callback === endpoint || (!endpoint.includes('?') && callback.startsWith(`${endpoint}?`))
  return isEndpoint ? callback : undefined
}

/** The callback with the error as the only thing added. */
export function withError(callback: string, error: CallbackError): string {
  return `${callback}${callback.includes('?') ? '&' : '?'}error=${error}`
}

/** Compared as text: what follows the host begins a path or a query. */
function isBelow(callback: string, server: string): boolean {
  return callback === server || callback.startsWith(`${server}/`) || callback.startsWith(`${server}?`)
}

/** A provider that cannot be reached allows nothing. */
async function metadataOf(
  state: ResourceState,
  iss: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const source = { iss, dwk: 'aauth-agent.json', role: 'agent-provider' } as const
    return await state.keys.metadata(keySourceOf(state.settings, source))
  } catch {
    return undefined
  }
}
