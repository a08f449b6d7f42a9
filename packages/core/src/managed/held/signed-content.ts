import { AAuthError } from '../../errors/aauth-error.ts'
import type { CompiledRequirement } from '../../resource/requirement.ts'
import type { ResourceState } from '../../resource/state.ts'
import { contentDiffers, matchesDigests } from '../../signature/content-digest.ts'
import { requiredFor } from '../../verify/read-request.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'

/** The content, if the signature covers it, so that what was signed is what runs. */
export async function readSigned(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  compiled: CompiledRequirement,
  read: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { digest } = verified
  if (digest === undefined) {
    await assertNoContent(state, request, verified, compiled, read)
    return new Uint8Array()
  }
  const content = await read()
  if (!(await matchesDigests(digest.expected, content, state.platform.digest))) throw contentDiffers()
  digest.checked = true
  return content
}

/** @throws {AAuthError} `invalid_input` for content that the signature does not cover */
export async function assertNoContent(
  state: ResourceState,
  request: SignedRequest,
  { hasNonce }: VerifiedRequest,
  compiled: CompiledRequirement,
  read: () => Promise<Uint8Array>,
): Promise<void> {
  const content = await read()
  const components = [...compiled.components, 'content-digest']
  if (content.length > 0)
    throw new AAuthError('invalid_input', {
      requiredInput: requiredFor(state, request, { ...compiled, components }, hasNonce),
      hint: 'the call has content, and "content-digest" is not covered: cover it',
    })
}
