import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Deadline } from '../limits/deadline.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { isOneTime } from '../signature/replay.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { VerifiedRequest } from './verified-request.ts'
import { verifyInSteps } from './verify-in-steps.ts'
import { verifyKnown } from './verify-known.ts'

/**
 * Verifies a request: token, signature, content, revocation, replay, mission (docs/decisions.md#order-of-checks). Returns
 * at once where nothing has to be waited for.
 * @throws {AAuthError} (or the promise rejects)
 */
export function verifyRequest(
  state: ResourceState,
  request: SignedRequest,
  untrusted: UntrustedRequest,
  requirement: CompiledRequirement,
  now: number,
  deadline: Deadline,
): VerifiedRequest | Promise<VerifiedRequest> {
  // A route may trust an issuer that another one does not.
  if (untrusted.refused !== undefined) assertIssuerTrusted(state, requirement.trust, untrusted.refused)
  const known = knownAlone(state, untrusted, requirement)
  return known === undefined
    ? verifyInSteps(state, request, untrusted, requirement, now, deadline)
    : verifyKnown(state, request, untrusted, known, requirement, now, deadline)
}

/**
 * The known token of a request about which there is nothing else to ask: the stores are in memory, its content is not bound
 * to the signature, and it may be sent again.
 */
function knownAlone(
  { answersAtOnce, settings }: ResourceState,
  { known, signature, transport }: UntrustedRequest,
  { singleUse }: CompiledRequirement,
): VerifiedToken | undefined {
  const isAlone =
    answersAtOnce &&
    !singleUse &&
    !isOneTime(settings.replay, transport.method, signature) &&
    !signature.components.includes('content-digest')
  return isAlone ? known : undefined
}
