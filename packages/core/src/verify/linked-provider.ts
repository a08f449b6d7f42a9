import type { ResourceState } from '../resource/state.ts'
import type { VerifiedRequest } from './verified-request.ts'

/**
 * The agent provider that vouches for the key of a request, if the operator enabled links
 * (docs/decisions.md#class-policies, `linked-key`). An agent token links its key. For other tokens the link is looked up,
 * even if the token names an agent, since the provider of that agent has not signed the token.
 *
 * @throws {AAuthError} `server_error` (or the promise rejects) when the store of links or of revocations fails
 */
export function lookUpLink(
  { missionMonitor }: ResourceState,
  verified: VerifiedRequest,
): void | Promise<void> {
  if (missionMonitor?.link === undefined) return undefined
  const { budget, live, token } = verified
  const { claims, thumbprint } = token
  if (claims.kind === 'agent-token') return missionMonitor.link(thumbprint, claims, budget)
  const note = (provider: string | undefined): void => {
    verified.linkedProvider = provider
  }
  const found = missionMonitor.providerOf(thumbprint, live.link, budget)
  if (found instanceof Promise) return found.then(note)
  return note(found)
}
