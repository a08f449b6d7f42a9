import { AAuthError } from '../../errors/aauth-error.ts'
import type { CompiledRequirement } from '../../resource/requirement.ts'
import type { ResourceState } from '../../resource/state.ts'
import { contentDiffers, matchesDigests } from '../../signature/content-digest.ts'
import { requiredFor } from '../../verify/read-request.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'

/**
 * What was signed is what runs.
 * @throws {AAuthError} `invalid_signature` for other content, `invalid_input` for content that the signature does not cover
 * (the promise rejects)
 */
export async function assertSigned(
  state: ResourceState,
  request: SignedRequest,
  { digest, hasNonce }: VerifiedRequest,
  compiled: CompiledRequirement,
  content: Uint8Array,
): Promise<void> {
  if (digest !== undefined) {
    if (!(await matchesDigests(digest.expected, content, state.platform.digest))) throw contentDiffers()
    digest.checked = true
    return
  }
  const components = [...compiled.components, 'content-digest']
  if (content.length > 0)
    throw new AAuthError('invalid_input', {
      requiredInput: requiredFor(state, request, { ...compiled, components }, hasNonce),
      hint: 'the call has content, and "content-digest" is not covered: cover it',
    })
}
