import type { ResourceState } from '../resource/state.ts'
import type { VerifiedRequest } from './verify-request.ts'

/**
 * Which agent provider vouches for the key of a request, where the operator wants that remembered
 * (docs/decisions.md#class-policies, `linked-key`). An agent token links its key; for every other token the link is
 * looked up and noted, also where the token names an agent: its provider has not signed that.
 *
 * @throws {AAuthError} `server_error` (or the promise rejects) when the store of revocations fails
 */
export function lookUpLink(
  { missionMonitor }: ResourceState,
  verified: VerifiedRequest,
): undefined | Promise<void> {
  if (missionMonitor?.link === undefined) return undefined
  const { claims, thumbprint } = verified.token
  if (claims.kind === 'agent-token') {
    missionMonitor.link(thumbprint, claims)
    return undefined
  }
  const note = (provider: string | undefined): void => {
    verified.linkedProvider = provider
  }
  const found = missionMonitor.providerOf(thumbprint)
  if (found instanceof Promise) return found.then(note)
  note(found)
  return undefined
}
