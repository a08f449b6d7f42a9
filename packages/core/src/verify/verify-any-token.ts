import { AAuthError } from '../errors/aauth-error.ts'
import { decideWithin } from '../limits/deadline.ts'
import { compileRequirement } from '../resource/compile-requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { contentDiffers, matchesDigests } from '../signature/content-digest.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { snapshot } from '../wire/snapshot.ts'
import { noteCaller } from './known-caller.ts'
import { readRequest } from './read-request.ts'
import { unsignedHint } from './unsigned-hint.ts'
import type { VerifiedRequest } from './verified-request.ts'
import { verifyRequest } from './verify-request.ts'

/**
 * Verifies a request and its token, of any kind, for an endpoint of the resource that checks itself whether the token is
 * sufficient.
 *
 * @param ask the challenge to an unsigned request
 * @throws {AAuthError}
 */
export async function verifyAnyToken(
  state: ResourceState,
  request: SignedRequest,
  ask: 'agent-token' | 'person-token',
): Promise<VerifiedRequest> {
  if (isUnsigned(request)) {
    throw new AAuthError('invalid_signature', {
      hint: unsignedHint(request),
      advertise: true,
      requirement: ask,
    })
  }
  const { scopes } = state.settings
  const anything = compileRequirement(
    { accept: ['agent-token', 'auth-token'] },
    new Set(scopes.keys()),
    false,
  )
  const now = state.settings.now()
  const read = snapshot(request)
  const untrusted = readRequest(state, read, anything, now)
  const verified = await decideWithin(state, (deadline) =>
    verifyRequest(state, read, untrusted, anything, now, deadline),
  )
  noteCaller(request, { state, verified })
  return verified
}

/**
 * Reads the content of a verified request, and compares it with the digest that the signature covers, if any
 * (SIG-12, R11-104).
 * @throws {AAuthError} `invalid_signature` when they differ
 */
export async function readVerified(
  { platform }: ResourceState,
  { digest }: VerifiedRequest,
  content: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const octets = await content()
  if (digest !== undefined && !(await matchesDigests(digest.expected, octets, platform.digest)))
    throw contentDiffers()
  return octets
}
