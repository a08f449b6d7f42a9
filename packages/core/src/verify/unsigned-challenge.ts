import { AAuthError } from '../errors/aauth-error.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceSettings } from '../resource/settings.ts'
import { serves } from '../token/generations.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { unsignedHint } from './unsigned-hint.ts'

/** The answer to a request without any credential (CHAL-1, CHAL-2; R11-081). */
export function unsignedChallenge(
  { generations }: ResourceSettings,
  { accept }: CompiledRequirement,
  request: SignedRequest,
): AAuthError {
  const onlyPerson = accept.size === 1 && accept.has('person-token')
  const noUseForAgentTokens = !serves(generations, 'agentTokenSuffices') && !accept.has('agent-token')
  return new AAuthError('invalid_signature', {
    hint: unsignedHint(request),
    advertise: true,
    requirement: onlyPerson || noUseForAgentTokens ? 'person-token' : 'agent-token',
  })
}
