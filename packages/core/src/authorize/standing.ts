import { isAAuthError } from '../errors/aauth-error.ts'
import { assertMissionObtainable } from '../issue/assert-mission-obtainable.ts'
import { decideWithin } from '../limits/deadline.ts'
import { assertMission } from '../resource/mission-requirement.ts'
import type { AnyRequirement, CompiledRequirement } from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { stateOf } from '../resource/state-of.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { type Auth, isAccepted } from '../token/auth.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { routedRequest } from '../verify/routed-request.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { checkAccount, checkClass, checkTerms, identityOf, namesPerson } from './enforce-requirement.ts'

/**
 * How a verified caller stands to a requirement: it meets it, it could meet it with a token that it can ask for, or it
 * would be refused.
 */
export type Standing = 'granted' | 'grantable' | 'refused'

/**
 * Compares a verified caller with a requirement without deciding anything: nothing is reported, recorded or issued, and
 * `check` is not called. For lists of what a caller may do, each of which is decided by `authorize` when it is done. If a
 * store of mission blobs fails, the result is `'grantable'`.
 *
 * @param resource whose trust and scopes count; default the one that verified the caller. Another one may have taken its
 * place since
 * @throws {TypeError} for an `auth` that no resource verified, or a malformed requirement (the promise rejects)
 */
export async function standingOf(
  auth: Auth,
  requirement: AnyRequirement,
  resource?: Resource,
): Promise<Standing> {
  const { state: own, request, verified } = provenanceOf(auth)
  const state = resource === undefined ? own : stateOf(resource)
  const compiled = state.compile(requirement)
  try {
    assertIssuerTrusted(state, compiled.trust, verified.token.claims)
    assertMissionObtainable(verified, compiled)
    const isMissing = needsAnotherToken(verified, compiled, compiled.sessions ? auth.scopes : undefined)
    const identity = identityOf(verified, compiled)
    // What another token of the same mission could not change.
    if (identity.mission !== undefined) {
      checkClass(identity, verified.linkedProvider, compiled)
      await termsOf(state, identity, compiled)
    }
    if (isMissing) return 'grantable'
    assertMission(identity.mission, compiled)
    checkClass(identity, verified.linkedProvider, compiled)
    if (compiled.account !== undefined)
      checkAccount(identity, routedRequest(request, verified.transport), compiled.account)
    return 'granted'
  } catch (error) {
    if (!isAAuthError(error)) throw error
    return error.code === 'server_error' ? 'grantable' : 'refused'
  }
}

function needsAnotherToken(
  { token: { claims } }: VerifiedRequest,
  requirement: CompiledRequirement,
  granted: readonly string[] = claims.scopes,
): boolean {
  return (
    !isAccepted(requirement.accept, claims.kind, claims.generation) ||
    (requirement.personRequired && !namesPerson(claims)) ||
    !requirement.scopes.every((scope) => granted.includes(scope)) ||
    (requirement.missionRequired && claims.mission === undefined)
  )
}

function termsOf(state: ResourceState, auth: Auth, requirement: CompiledRequirement): void | Promise<void> {
  return decideWithin(state, (deadline) => checkTerms(state, auth, requirement, deadline))
}
