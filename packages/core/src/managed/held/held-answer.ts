import { AAuthError } from '../../errors/aauth-error.ts'
import type { ResourceState } from '../../resource/state.ts'
import { pendingUrl } from '../pending-answer.ts'
import type { PendingId } from '../pending-id.ts'

/** The header fields of a challenge that the 202 has as well. */
export type ChallengeFields = Readonly<Record<string, string>>

/** What the 401 would ask for. */
export function challengeFields({ headers }: AAuthError): ChallengeFields {
  const { link } = headers
  const requirement = headers['aauth-requirement'] ?? ''
  return link === undefined
    ? { 'aauth-requirement': requirement }
    : { 'aauth-requirement': requirement, link }
}

/**
 * The 202 for a call that is held. It is thrown like a refusal (docs/requirements.md#defer-1, CHAL-11).
 * @param asked a challenge; absent if the agent has one, or the call has begun
 */
export function heldAnswer(state: ResourceState, { text }: PendingId, asked?: ChallengeFields): AAuthError {
  return new AAuthError('pending', {
    hint:
      asked === undefined
        ? 'the held call waits or runs'
        : 'the call is held until an auth token for it is presented',
    retryAfter: 5,
    deferred: {
      headers: { 'content-type': 'application/json', location: pendingUrl(state, text), ...asked },
      body: { status: 'pending' },
    },
  })
}
