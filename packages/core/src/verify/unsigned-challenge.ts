import { AAuthError, type RefusalDetails } from '../errors/aauth-error.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceSettings } from '../resource/settings.ts'
import { serves } from '../token/generations.ts'
import { isAAuthRequest } from '../wire/authorization.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { unsignedHint } from './unsigned-hint.ts'

/**
 * The challenge to a request without any credential (CHAL-1, CHAL-2; R11-081), or with another credential that is refused.
 * It also names the alternative credential of the route, unless the agent tried AAuth: agents are not invited to use the
 * weaker credential.
 *
 * @param refused what was wrong with another credential
 */
export function unsignedChallenge(
  { generations }: ResourceSettings,
  { accept, alternative }: CompiledRequirement,
  request: SignedRequest,
  refused: Pick<RefusalDetails, 'hint' | 'detail'> = {},
): AAuthError {
  const onlyPerson = accept.size === 1 && accept.has('person-token')
  const noUseForAgentTokens = !serves(generations, 'agentTokenSuffices') && !accept.has('agent-token')
  return new AAuthError('invalid_signature', {
    hint: unsignedHint(request),
    advertise: true,
    requirement: onlyPerson || noUseForAgentTokens ? 'person-token' : 'agent-token',
    ...(alternative !== undefined && !isAAuthRequest(request) && { authenticate: alternative.challenge }),
    ...refused,
  })
}
