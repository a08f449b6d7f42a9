import { AAuthError } from '../errors/aauth-error.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { rulesOf } from '../token/generations.ts'
import { isS256, isServerId } from '../token/identifiers.ts'
import { readMissionHeader } from '../wire/mission-header.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { countLines } from '../wire/snapshot.ts'

/**
 * Compares `AAuth-Mission` with the mission of the token (MISS-1 to MISS-8). The header is only asserted by the agent:
 * it can affect a resource token or a refusal, but never grants access.
 *
 * @returns a mission that only the agent asserts
 * @throws {AAuthError} `invalid_request` when the header is malformed or contradicts the token
 */
export function assertedMission(request: SignedRequest, claims: VerifiedClaims): Mission | undefined {
  if (countLines(request, 'aauth-mission') === 0) return undefined
  const header = readMissionHeader(request.header('aauth-mission'))
  if (header === undefined || !isServerId(header.approver) || !isS256(header.s256))
    throw invalidRequest('AAuth-Mission is malformed: send approver and s256')
  const { mission } = claims
  if (mission !== undefined) {
    if (header.approver === mission.approver && header.s256 === mission.s256) return undefined
    throw invalidRequest('AAuth-Mission differs from the mission of the token: send the same mission')
  }
  // With a token of a generation without the header, it has no meaning (MISS-8).
  if (claims.generation !== undefined && !rulesOf(claims.generation).missionHeader) return undefined
  if (claims.kind === 'agent-token' && claims.ps !== undefined && claims.ps !== header.approver) {
    throw invalidRequest('the approver in AAuth-Mission is not the person server of the agent')
  }
  return header
}

/** The same beside a token, in generations that have the header. */
export function assertedBeside(
  { hasMissionHeader }: ResourceState,
  request: SignedRequest,
  { claims }: VerifiedToken,
): Mission | undefined {
  return hasMissionHeader ? assertedMission(request, claims) : undefined
}

function invalidRequest(hint: string): AAuthError {
  return new AAuthError('invalid_request', { hint })
}
